// The protocol fixture on netty-socketio: one line on stdout when it listens.
import com.corundumstudio.socketio.AuthTokenResult;
import com.corundumstudio.socketio.Configuration;
import com.corundumstudio.socketio.SocketIONamespace;
import com.corundumstudio.socketio.SocketIOServer;
import java.net.ServerSocket;
import java.util.Map;

public final class Fixture {
  private static void serve(SocketIONamespace namespace) {
    namespace.addAuthTokenListener((auth, client) -> {
      client.sendEvent("auth", auth == null ? Map.of() : auth);
      return AuthTokenResult.AuthTokenResultSuccess;
    });
    namespace.addMultiTypeEventListener("message",
        (client, args, ack) -> client.sendEvent("message-back", args.getArgs().toArray()),
        Object.class, Object.class, Object.class);
    namespace.addMultiTypeEventListener("message-with-ack",
        (client, args, ack) -> ack.sendAckData(args.getArgs()),
        Object.class, Object.class, Object.class);
  }

  private static int freePort() throws Exception {
    try (ServerSocket free = new ServerSocket(0)) {
      return free.getLocalPort();
    }
  }

  public static void main(String[] words) throws Exception {
    int port = words.length > 0 ? Integer.parseInt(words[0]) : freePort();
    Configuration configuration = new Configuration();
    configuration.setHostname("127.0.0.1");
    configuration.setPort(port);
    configuration.setPingInterval(300);
    configuration.setPingTimeout(200);
    configuration.setFirstDataTimeout(1000);
    configuration.setMaxHttpContentLength(1000000);
    configuration.setMaxFramePayloadLength(1000000);
    SocketIOServer server = new SocketIOServer(configuration);
    serve(server.addNamespace(""));
    serve(server.addNamespace("/custom"));
    server.start();
    System.out.println("listening on http://127.0.0.1:" + port);
    Thread.currentThread().join();
  }
}
