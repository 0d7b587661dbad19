use portolan_routes::Configuration;
use portolan_traefik::{Document, Format};

fn main() -> Result<(), portolan_traefik::Error> {
    let labels = [
        ("traefik.http.routers.web.rule", "Host(`web.example.com`)"),
        ("traefik.http.services.web.loadbalancer.server.url", "http://10.0.0.7:8080"),
    ];
    let labels = labels.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    let decoded = portolan_labels::decode::<Configuration>(&labels, &["traefik.http"]);
    decoded.errors.iter().for_each(|error| eprintln!("{}", error.message));
    let mut document = Document::new(Format::Yaml);
    for (name, element) in decoded.value.unwrap_or_default().into_elements() {
        document.set(element.section(), &name, &element)?;
    }
    print!("{}", document.text());
    Ok(())
}
