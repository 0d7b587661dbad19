use serde::Serialize;

use crate::error::{Error, Place};
use crate::format::Format;
use crate::{json, serializer, toml, yaml};

/// Any data as a file: Traefik's static configuration, which it reads once and without templates.
///
/// ```
/// use portolan_traefik::{Format, plain_text};
///
/// let configuration = serde_json::json!({"entryPoints": {"web": {"address": ":80"}}});
/// assert_eq!(plain_text(Format::Toml, &configuration)?, "[entryPoints.web]\naddress = \":80\"\n");
/// assert_eq!(plain_text(Format::Yaml, &configuration)?, "entryPoints:\n  web:\n    address: \":80\"\n");
/// # Ok::<(), portolan_traefik::Error>(())
/// ```
///
/// # Errors
/// [`Error::Refused`] and [`Error::Render`] for what such a file cannot say.
pub fn plain_text<T: Serialize + ?Sized>(format: Format, data: &T) -> Result<String, Error> {
    let tree = serializer::tree(data).map_err(|failure| failure.error(Place::Whole))?;
    let refused = |message: String| Error::Render { place: Place::Whole, format, message };
    match format {
        Format::Yaml => yaml::lines(tree, 0).map_err(|error| refused(error.to_string())),
        Format::Toml => toml::tables(&[], &tree).map_err(|error| refused(error.to_string())),
        Format::Json => {
            json::value(&tree, 0).map(|text| text + "\n").map_err(|error| refused(error.to_string()))
        }
    }
}
