"""The client of python-socketio (PyPI, pinned in requirements.txt) behind the line protocol of
`plumbline conform --subject client`. Usage: python python_client.py URL"""
import base64
import importlib.metadata
import json
import sys
import threading

import socketio

url = sys.argv[1]
lock = threading.Lock()
client = None
waiting = threading.Event()


def encode(value):
    if isinstance(value, (bytes, bytearray)):
        return {'$binary': base64.b64encode(value).decode()}
    if isinstance(value, (list, tuple)):
        return [encode(one) for one in value]
    if isinstance(value, dict):
        return {key: encode(inner) for key, inner in value.items()}
    return value


def decode(value):
    if isinstance(value, list):
        return [decode(one) for one in value]
    if isinstance(value, dict):
        if '$binary' in value:
            return base64.b64decode(value['$binary'])
        return {key: decode(inner) for key, inner in value.items()}
    return value


def tell(**line):
    with lock:
        sys.stdout.write(json.dumps(line) + '\n')
        sys.stdout.flush()


class Namespace(socketio.ClientNamespace):
    def trigger_event(self, event, *args):
        nsp = self.namespace
        if event == 'connect':
            tell(event='connect', nsp=nsp)
        elif event == 'disconnect':
            tell(event='disconnect', nsp=nsp, reason=str(args[0]) if args else '')
        elif event == 'connect_error':
            data = args[0] if args else None
            message = data.get('message', '') if isinstance(data, dict) else str(data)
            tell(event='connect_error', nsp=nsp, message=message,
                 data=data.get('data') if isinstance(data, dict) else None)
        elif not event.startswith('__'):
            tell(event='event', nsp=nsp, args=encode([event, *args]))
            return tuple(args)
        return None


def connect(command):
    global client
    first = command.get('first_delay_ms', 100) / 1000
    transports = ['polling', 'websocket'] if command['transports'] == 'upgrade' else [command['transports']]
    client = socketio.Client(reconnection=command.get('reconnect', False), reconnection_delay=first,
                             randomization_factor=first / 2)  # in seconds, not a share of the delay
    nsps = [command['nsp'], *command.get('also', [])]
    for nsp in nsps:
        client.register_namespace(Namespace(nsp))

    def run():
        try:
            client.connect(url, transports=transports, namespaces=nsps, wait=False, auth=command.get('auth'),
                           retry=command.get('reconnect', False))
        except Exception as error:  # whatever it is, the application sees it
            tell(event='transport_error', message=str(error))

    threading.Thread(target=run, daemon=True).start()


def emit(command):
    name, *args = decode(command['args'])
    done = None
    if 'ack' in command:
        def done(*back):
            tell(event='ack', nsp=command['nsp'], ack=command['ack'], args=encode(back))
    try:
        client.emit(name, tuple(args), namespace=command['nsp'], callback=done)
    except Exception as error:
        tell(event='emit_error', nsp=command['nsp'], message=str(error))


def disconnect(command):
    client.disconnect()


tell(event='ready', client='python-socketio', version=importlib.metadata.version('python-socketio'))
for text in sys.stdin:
    one = json.loads(text)
    {'connect': connect, 'emit': emit, 'disconnect': disconnect}[one['do']](one)
