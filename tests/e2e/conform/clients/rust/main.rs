//! The client rust_socketio (crates.io, pinned in Cargo.lock) behind the line protocol of
//! `plumbline conform --subject client`. Usage: client URL
use base64::{engine::general_purpose::STANDARD, Engine as _};
use rust_socketio::{client::Client, ClientBuilder, Event, Payload, TransportType};
use serde_json::{json, Value};
use std::io::{BufRead, Write};
use std::sync::mpsc::{channel, Receiver};
use std::time::Duration;

const VERSION: &str = "0.6.0"; // as Cargo.toml pins it
const REFUSED: &str = "Received an ConnectError frame: "; // how the library says it: one error event for all kinds
const ACK_PATIENCE: Duration = Duration::from_secs(10);
const LONGEST_DELAY_MS: u64 = 5000;

fn tell(line: Value) {
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{line}");
    let _ = out.flush();
}

/// What the application is given. A list is the arguments; bytes are the only argument of their event.
fn arguments(payload: Payload) -> Vec<Value> {
    match payload {
        Payload::Binary(bytes) => vec![json!({"$binary": STANDARD.encode(bytes)})],
        Payload::Text(values) => values,
        #[allow(deprecated)]
        Payload::String(text) => vec![Value::String(text)],
    }
}

fn payload(arguments: &[Value]) -> Payload {
    match arguments {
        [only] if only["$binary"].is_string() => {
            Payload::from(STANDARD.decode(only["$binary"].as_str().unwrap_or("")).unwrap_or_default())
        }
        _ => Payload::Text(arguments.to_vec()),
    }
}

fn complain(nsp: &str, payload: Payload) {
    let words = arguments(payload);
    let text = words.first().and_then(Value::as_str).unwrap_or_default();
    match text.strip_prefix(REFUSED) {
        Some(refusal) => {
            let refusal: Value = serde_json::from_str(refusal).unwrap_or(json!({"message": refusal}));
            tell(json!({"event": "connect_error", "nsp": nsp, "message": refusal["message"], "data": refusal["data"]}));
        }
        None => tell(json!({"event": "transport_error", "message": text})),
    }
}

fn connect(url: &str, command: &Value) -> Option<Client> {
    let nsp = command["nsp"].as_str().unwrap_or("/").to_owned();
    let [joined, left, refused, given] = [nsp.clone(), nsp.clone(), nsp.clone(), nsp.clone()];
    let first_delay = command["first_delay_ms"].as_u64().unwrap_or(100);
    let mut builder = ClientBuilder::new(url)
        .namespace(nsp)
        .transport_type(match command["transports"].as_str() {
            Some("polling") => TransportType::Polling,
            Some("websocket") => TransportType::Websocket,
            _ => TransportType::Any, // by polling, then by WebSocket where it is offered
        })
        .reconnect(command["reconnect"].as_bool().unwrap_or(false))
        .reconnect_delay(first_delay, LONGEST_DELAY_MS)
        .on(Event::Connect, move |_, _| tell(json!({"event": "connect", "nsp": joined})))
        .on(Event::Close, move |_, _| tell(json!({"event": "disconnect", "nsp": left})))
        .on(Event::Error, move |payload, _| complain(&refused, payload))
        .on_any(move |event, payload, _| {
            let mut all = vec![Value::String(event.into())];
            all.append(&mut arguments(payload));
            tell(json!({"event": "event", "nsp": given, "args": all}));
        });
    if !command["auth"].is_null() {
        builder = builder.auth(command["auth"].clone());
    }
    builder.connect().map_err(|error| tell(json!({"event": "transport_error", "message": error.to_string()}))).ok()
}

fn emit(client: &Client, command: &Value) {
    let nsp = command["nsp"].clone();
    let Some([Value::String(name), rest @ ..]) = command["args"].as_array().map(Vec::as_slice) else {
        return;
    };
    let sent = match command["ack"].as_u64() {
        None => client.emit(name.as_str(), payload(rest)),
        Some(ack) => {
            let nsp = nsp.clone();
            client.emit_with_ack(name.as_str(), payload(rest), ACK_PATIENCE, move |back, _| {
                let back = match arguments(back).as_slice() {
                    [Value::Array(list)] => list.clone(), // the library hands over the list of arguments as one value
                    others => others.to_vec(),
                };
                tell(json!({"event": "ack", "nsp": nsp, "ack": ack, "args": back}));
            })
        }
    };
    if let Err(error) = sent {
        tell(json!({"event": "emit_error", "nsp": nsp, "message": error.to_string()}));
    }
}

/// Obeys in order. The calls of the library block until the server has answered.
fn work(url: &str, commands: Receiver<Value>) {
    let mut client = None;
    for command in commands {
        match (command["do"].as_str(), &client) {
            (Some("connect"), _) => client = connect(url, &command),
            (Some("emit"), Some(client)) => emit(client, &command),
            (Some("disconnect"), Some(client)) => drop(client.disconnect()),
            _ => {}
        }
    }
}

fn main() {
    let url = std::env::args().nth(1).expect("usage: client URL");
    let (sender, commands) = channel();
    std::thread::spawn(move || work(&url, commands));
    tell(json!({"event": "ready", "client": "rust_socketio", "version": VERSION}));
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        if let Ok(command) = serde_json::from_str(&line) {
            let _ = sender.send(command);
        }
    }
}
