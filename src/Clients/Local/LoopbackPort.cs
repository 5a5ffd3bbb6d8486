using System.Net;
using System.Net.Sockets;

namespace MultiAgentInfra.Clients.Local;

/// <summary>The TCP ports of this machine, as an agent will meet them.</summary>
public static class LoopbackPort
{
    /// <summary>Whether nothing listens on the port, on any address.</summary>
    public static bool IsFree(int port)
    {
        using var listener = new TcpListener(IPAddress.Any, port);
        try
        {
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
