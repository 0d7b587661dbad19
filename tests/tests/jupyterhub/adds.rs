//! What a hub was told is there, is there, whatever happens.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::thread;

use anyhow::{Result, ensure};
use portolan_tests::{Hub, eventually, get, hub, output};

use crate::run_traefik;

#[test]
fn the_program_is_killed_amid_a_hundred_adds() -> Result<()> {
    hub(&[], |hub| {
        run_traefik(hub)?;
        let mut program = hub.command("jupyterhub-proxy");
        program.args(["--external", "--dynamic-config-file", "TLJH_INSTALL_DIR/rules.toml"]);
        program.args(["--state-file", "state.json", "--ip", "127.0.0.1", "--api-port", "8001"]);
        program.env("CONFIGPROXY_AUTH_TOKEN", "secret");
        hub.serve(&program)?;
        let id = eventually("the program runs", || {
            ensure!(get(SocketAddr::from((Ipv4Addr::LOCALHOST, 8001)), "api", "/api/routes")?.status == 403);
            let found = hub.processes(&["jupyterhub-proxy"])?;
            ensure!(found.len() == 1, "{found:?}");
            Ok(found)
        })?;

        let adds = hub.write("adds.py", include_str!("adds.py"))?;
        let target = format!("http://{}", echo()?);
        let mut adding = hub.python();
        adding.arg(adds).args(["http://127.0.0.1:8001", "secret", "100", &target]);
        adding.args(id.iter().map(ToString::to_string)).arg("30");
        ensure!(output(&mut adding, b"")?.trim() == "100");
        ensure!(hub.processes(&["jupyterhub-proxy"])? != id, "it was not killed");

        for number in 0..100 {
            let path = format!("/user/u{number}/lab");
            let expected = format!("/{number}{path}");
            let answer = get(Hub::PUBLIC, "127.0.0.1", &path)?;
            ensure!(answer.status == 200 && answer.body == expected, "`{path}`: {answer:?}");
        }
        Ok(())
    })
}

/// A server that answers each request with its path.
fn echo() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // Who hangs up early ends a connection and nothing else.
            let _ = answer(stream);
        }
    });
    Ok(address)
}

fn answer(mut stream: std::net::TcpStream) -> std::io::Result<()> {
    let mut request = String::new();
    let mut reader = BufReader::new(stream.try_clone()?);
    reader.read_line(&mut request)?;
    let mut line = request.clone();
    while !line.trim_end().is_empty() {
        line.clear();
        reader.read_line(&mut line)?;
    }
    let path = request.split_whitespace().nth(1).unwrap_or_default();
    write!(stream, "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{path}", path.len())
}
