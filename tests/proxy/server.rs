//! A proxy that records everything it sees and, behind it, the emulator over TLS under the names of the service.

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use defender_emulator::Emulator;
use rcgen::{CertificateParams, KeyPair};
use tokio::io::{AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, copy_bidirectional};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};

use crate::support::emulator;

/// The names of the service, which the emulator answers to in addition to its address.
const NAMES: [&str; 2] = ["login.microsoftonline.com", "graph.microsoft.com"];

/// How the proxy answers.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Mood {
    Tunnels,
    /// Opens tunnels for clients that send this in `Proxy-Authorization`.
    Wants(&'static str),
    Says(&'static str),
    Silent,
}

/// What the proxy saw: the requests for tunnels, and what passed through the tunnels.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) questions: Vec<String>,
    pub(crate) passed: Vec<u8>,
}

/// A proxy in front of an emulator.
pub(crate) struct Network {
    pub(crate) emulator: Emulator,
    pub(crate) ca_pem: String,
    pub(crate) proxy: SocketAddr,
    seen: Arc<Mutex<Seen>>,
    runtime: Option<Runtime>,
}

impl Network {
    pub(crate) fn start(mood: Mood) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let emulator = emulator();
        let plain = emulator.base_url().strip_prefix("http://").expect("plain HTTP").parse().expect("an address");
        let (acceptor, ca_pem) = identity();
        let service = serve(&runtime, move |stream| {
            let accepting = acceptor.accept(stream);
            async move {
                if let Ok(mut stream) = accepting.await {
                    relay(&mut stream, plain).await;
                }
            }
        });
        let seen = Arc::new(Mutex::new(Seen::default()));
        let record = seen.clone();
        let proxy = serve(&runtime, move |stream| answer(stream, mood, service, record.clone()));
        Self { emulator, ca_pem, proxy, seen, runtime: Some(runtime) }
    }

    pub(crate) fn questions(&self) -> Vec<String> {
        self.seen.lock().expect("no panic").questions.clone()
    }

    pub(crate) fn passed(&self) -> String {
        String::from_utf8_lossy(&self.seen.lock().expect("no panic").passed).into_owned()
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        // A test may run in a runtime of its own, which must not wait for this one.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// Handles each connection to a free port.
fn serve<F: Future<Output = ()> + Send + 'static>(
    runtime: &Runtime,
    treat: impl Fn(TcpStream) -> F + Send + 'static,
) -> SocketAddr {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.set_nonblocking(true).expect("a socket");
    let address = listener.local_addr().expect("an address");
    runtime.spawn(async move {
        let listener = TcpListener::from_std(listener).expect("a socket");
        while let Ok((stream, _)) = listener.accept().await {
            tokio::spawn(treat(stream));
        }
    });
    address
}

fn identity() -> (TlsAcceptor, String) {
    let signing_key = KeyPair::generate().expect("a key");
    let cert = CertificateParams::new(NAMES.map(str::to_owned)).and_then(|params| params.self_signed(&signing_key));
    let cert = cert.expect("a certificate");
    let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(signing_key.serialize_der()));
    let server = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .expect("an identity");
    (TlsAcceptor::from(Arc::new(server)), cert.pem())
}

async fn answer(mut client: TcpStream, mood: Mood, service: SocketAddr, seen: Arc<Mutex<Seen>>) {
    let mut question = Vec::new();
    while !question.ends_with(b"\r\n\r\n") {
        match client.read_u8().await {
            Ok(byte) => question.push(byte),
            Err(_) => return,
        }
    }
    let question = String::from_utf8_lossy(&question).into_owned();
    seen.lock().expect("no panic").questions.push(question.clone());
    let says = match mood {
        Mood::Tunnels => "HTTP/1.1 200 Connection established\r\n\r\n",
        Mood::Wants(password) if question.contains(&format!("{password}\r\n")) => "HTTP/1.0 200 OK\r\n\r\n",
        Mood::Wants(_) => "HTTP/1.1 407 Who are you\r\nProxy-Authenticate: Basic\r\nContent-Length: 5\r\n\r\nhello",
        Mood::Says(text) => text,
        Mood::Silent => return std::future::pending().await,
    };
    // A client that is gone needs no answer.
    let _ = client.write_all(says.as_bytes()).await;
    if says.contains(" 200 ") {
        let mut recorded = Recorded { stream: client, seen };
        relay(&mut recorded, service).await;
    }
}

async fn relay(stream: &mut (impl AsyncRead + AsyncWrite + Unpin), to: SocketAddr) {
    if let Ok(mut other) = TcpStream::connect(to).await {
        // Ends when both sides do.
        let _ = copy_bidirectional(stream, &mut other).await;
    }
}

/// A stream that records everything read from it.
struct Recorded {
    stream: TcpStream,
    seen: Arc<Mutex<Seen>>,
}

mod recorded {
    //! Reading and writing of a recorded stream.

    use std::io;
    use std::pin::Pin;
    use std::task::{Context, Poll, ready};

    use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

    use super::Recorded;

    impl AsyncRead for Recorded {
        fn poll_read(
            mut self: Pin<&mut Self>,
            context: &mut Context<'_>,
            buffer: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            let before = buffer.filled().len();
            ready!(Pin::new(&mut self.stream).poll_read(context, buffer))?;
            self.seen.lock().expect("no panic").passed.extend_from_slice(&buffer.filled()[before..]);
            Poll::Ready(Ok(()))
        }
    }

    impl AsyncWrite for Recorded {
        fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
            Pin::new(&mut self.stream).poll_write(context, bytes)
        }

        fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.stream).poll_flush(context)
        }

        fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
            Pin::new(&mut self.stream).poll_shutdown(context)
        }
    }
}
