use std::net::{SocketAddr, UdpSocket};
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use anyhow::{Result, ensure};
use portolan_tests::{NetworkNamespace, eventually};

/// A server in a container's network that sends each datagram back: no program of the image can.
pub(crate) fn echo_in(network: NetworkNamespace, port: u16) -> Result<()> {
    let (bound, is_bound) = mpsc::channel();
    thread::spawn(move || {
        let socket = network.enter().and_then(|()| Ok(UdpSocket::bind(("0.0.0.0", port))?));
        let _ = bound.send(socket.as_ref().map(drop).map_err(|error| anyhow::anyhow!("{error:#}")));
        let Ok(socket) = socket else { return };
        let mut message = [0; 1500];
        while let Ok((length, sender)) = socket.recv_from(&mut message) {
            let _ = socket.send_to(message.get(..length).unwrap_or_default(), sender);
        }
    });
    is_bound.recv()?
}

/// Waits until a datagram comes back.
pub(crate) fn answers(server: SocketAddr) -> Result<()> {
    eventually("the UDP entry point leads to the container", || {
        let socket = UdpSocket::bind(("127.0.0.1", 0))?;
        socket.set_read_timeout(Some(Duration::from_millis(200)))?;
        socket.send_to(b"ahoy", server)?;
        let mut answer = [0; 16];
        let length = socket.recv(&mut answer)?;
        ensure!(answer.get(..length) == Some(b"ahoy"), "{answer:?}");
        Ok(())
    })
}
