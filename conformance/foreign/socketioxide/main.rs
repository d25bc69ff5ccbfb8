// The protocol fixture on socketioxide: one line on stdout when it listens.
use rmpv::Value;
use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};
use serde::ser::{Serialize, SerializeTupleStruct, Serializer};
use socketioxide::extract::{AckSender, Data, SocketRef};
use socketioxide::SocketIo;
use std::time::Duration;

// A tuple type stands for all arguments of an event, any other for the first one.
struct Args(Vec<Value>);

impl Serialize for Args {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut all = to.serialize_tuple_struct("Args", self.0.len())?;
        for one in &self.0 {
            all.serialize_field(one)?;
        }
        all.end()
    }
}

impl<'de> Deserialize<'de> for Args {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct All;
        impl<'de> Visitor<'de> for All {
            type Value = Args;
            fn expecting(&self, to: &mut std::fmt::Formatter) -> std::fmt::Result {
                to.write_str("arguments")
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut from: A) -> Result<Args, A::Error> {
                let mut all = Vec::new();
                while let Some(one) = from.next_element()? {
                    all.push(one);
                }
                Ok(Args(all))
            }
        }
        from.deserialize_tuple_struct("Args", 1, All)
    }
}

async fn joined(socket: SocketRef, Data(auth): Data<Value>) {
    socket.emit("auth", &auth).ok();

    socket.on("message", async |socket: SocketRef, Data::<Args>(args)| {
        socket.emit("message-back", &args).ok();
    });
    socket.on("message-with-ack", async |Data::<Args>(args), ack: AckSender| {
        ack.send(&args).ok();
    });
}

// One thread: event handlers are tasks, which several threads would run in any order.
#[tokio::main(flavor = "current_thread")]
async fn main() {
    let (layer, io) = SocketIo::builder()
        .ping_interval(Duration::from_millis(300))
        .ping_timeout(Duration::from_millis(200))
        .connect_timeout(Duration::from_millis(1000))
        .max_payload(1_000_000)
        .max_buffer_size(20_000) // of 128 packets otherwise: an emit to a full buffer is lost
        .build_layer();
    io.ns("/", joined);
    io.ns("/custom", joined);
    let port = std::env::args().nth(1).unwrap_or("0".into());
    let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await.unwrap();
    println!("listening on http://{}", listener.local_addr().unwrap());
    axum::serve(listener, axum::Router::new().layer(layer)).await.unwrap();
}
