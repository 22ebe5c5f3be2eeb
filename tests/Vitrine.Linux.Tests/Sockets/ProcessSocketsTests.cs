using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Vitrine.Linux.Processes;
using Vitrine.Linux.Sockets;
using Vitrine.Linux.Tests.Support;
using Vitrine.TestTargets;

namespace Vitrine.Linux.Tests.Sockets;

/// <summary>Queues, limits, drops and measurements against ss, nstat and /proc.</summary>
public sealed class ProcessSocketsTests
{
    static readonly LinuxProcess Self = LinuxProcess.Open(Environment.ProcessId);

    /// <summary>Listens with a backlog of 4, tries 12 connections to itself without accepting one, and waits.</summary>
    const string OverflowingProgram = """
        #include <arpa/inet.h>
        #include <fcntl.h>
        #include <stdio.h>
        #include <sys/socket.h>
        #include <unistd.h>
        int main(void) {
            struct sockaddr_in a = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK), .sin_port = htons(7777) };
            int l = socket(AF_INET, SOCK_STREAM, 0);
            if (bind(l, (void *)&a, sizeof a) || listen(l, 4)) return 1;
            for (int i = 0; i < 12; i++) {
                int c = socket(AF_INET, SOCK_STREAM, 0);
                fcntl(c, F_SETFL, O_NONBLOCK);
                connect(c, (void *)&a, sizeof a);
            }
            puts("ready");
            fflush(stdout);
            getchar();
            return 0;
        }
        """;

    [Fact]
    public void Listener_WithConnectionsNobodyAccepts_HasQueueAndLimitOfSs()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start(backlog: 7);
        var endpoint = (IPEndPoint)listener.LocalEndpoint;
        var clients = Enumerable.Range(0, 5).Select(_ => new TcpClient("127.0.0.1", endpoint.Port)).ToList();

        // A client is connected a moment before the listener's queue has its connection: the last packet of the handshake is on its way.
        SocketStatus status = null!;
        Until.True(() =>
        {
            var sockets = ProcessSockets.Of(Self);
            Assert.Null(sockets.WhyUnknown);
            status = sockets.Listeners.Single(one => endpoint.Equals(one.Socket.Local));
            return status.Socket.ReceiveQueue == clients.Count;
        }, () => $"the queue has {status.Socket.ReceiveQueue} connections");
        Assert.Equal([(int)listener.Server.Handle], status.Descriptors);
        Assert.Equal((5, 7), (status.Socket.ReceiveQueue, status.QueueLimit));
        Assert.Equal(0, status.Drops);
        Assert.Equal(5, status.Unowned![SocketState.Established]);
        var ss = Regex.Match(Tool.Run("ss", "-Hltn", $"sport = :{endpoint.Port}"), @"LISTEN\s+(\d+)\s+(\d+)");
        Assert.Equal((ss.Groups[1].Value, ss.Groups[2].Value), ($"{status.Socket.ReceiveQueue}", $"{status.QueueLimit}"));
        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public void Connection_WithTraffic_HasItsBytesAndQueues()
    {
        using var listener = new TcpListener(IPAddress.IPv6Loopback, 0);
        listener.Start();
        using var client = new TcpClient(AddressFamily.InterNetworkV6);
        client.Connect((IPEndPoint)listener.LocalEndpoint);
        using var server = listener.AcceptTcpClient();
        client.GetStream().Write(new byte[12_345]);
        Until.True(() => server.Available == 12_345, () => "the data did not arrive");

        // The acknowledgement may take its time.
        var sockets = ProcessSockets.Of(Self);
        Until.True(() => (sockets = ProcessSockets.Of(Self)).Connections.Single(one => one.Descriptors.Contains((int)client.Client.Handle)).Tcp!.BytesAcknowledged >= 12_345, () => "the data was not acknowledged");
        var sender = sockets.Connections.Single(one => one.Descriptors.Contains((int)client.Client.Handle));
        var receiver = sockets.Connections.Single(one => one.Descriptors.Contains((int)server.Client.Handle));
        Assert.Equal(SocketProtocol.Tcp6, sender.Socket.Protocol);
        Assert.Equal((SocketState.Established, client.Client.LocalEndPoint, client.Client.RemoteEndPoint), (sender.Socket.State, sender.Socket.Local, sender.Socket.Remote));
        Assert.Equal(12_345, receiver.Socket.ReceiveQueue);
        Assert.Equal(12_345, receiver.Tcp!.BytesReceived);
        Assert.InRange(sender.Tcp!.RoundTrip.TotalMicroseconds, 1, 1_000_000);
        // The peer's last acknowledgement of the handshake counts as a byte on some kernels.
        Assert.InRange(sender.Tcp.BytesAcknowledged!.Value, 12_345, 12_346);
        Assert.Equal((0, 0), (sender.Tcp.Retransmitted, sender.Tcp.TimeoutsNow));
    }

    [Fact]
    public void OverflowsInAnotherNamespace_EqualTheKernelsOwnCounters()
    {
        Prerequisite.Root();
        Tool.Require("unshare");
        using var program = new CProgram(OverflowingProgram);
        using var child = new Child("unshare", "--net", "sh", "-c", $"ip link set lo up && exec {program.Path}");
        Assert.SkipWhen(child.Output.ReadLine() != "ready", "this machine does not allow network namespaces");
        var process = LinuxProcess.Open(child.Pid);
        Assert.NotEqual(Self.Namespaces.Network, process.Namespaces.Network);

        // Each SYN is sent again after a second and dropped again: what the kernel says before and after encloses what we read.
        // Twice seven, so that the timer of each has run out once.
        Until.True(() => Overflows(child.Pid) >= 14, () => "nothing overflowed");
        var before = Overflows(child.Pid);
        var sockets = ProcessSockets.Of(process);
        var after = Overflows(child.Pid);

        Assert.Null(sockets.WhyUnknown);
        var listener = Assert.Single(sockets.Listeners);
        Assert.Equal((5, 4), (listener.Socket.ReceiveQueue, listener.QueueLimit)); // the kernel admits one more than the limit
        // All that was dropped here are SYNs: the handshakes that came through did so before the queue was full.
        Assert.InRange(listener.Drops!.Value, before, after);
        Assert.InRange(sockets.Namespace.ListenOverflows!.Value, before, after);
        Assert.InRange(sockets.Namespace.ListenDrops!.Value, before, after);
        Assert.Equal(5, listener.Unowned![SocketState.Established]);
        Assert.Equal(12, sockets.Connections.Count);
        var silent = sockets.Connections.Where(one => one.Socket.State == SocketState.SynSent).ToList();
        Assert.Equal(7, silent.Count);
        Assert.All(silent, one => Assert.InRange(one.Tcp!.TimeoutsNow, 1, 100));
        Assert.InRange(silent.Sum(one => one.Tcp!.Retransmitted), 7, 700);
        child.Input.Close();

        static long Overflows(int pid) => long.Parse(Regex.Match(
            Tool.Run("nsenter", "--net", "-t", $"{pid}", "nstat", "-az", "TcpExtListenOverflows"), @"TcpExtListenOverflows\s+(\d+)").Groups[1].Value);
    }

    [Fact]
    public void UnixListener_WithConnectionsNobodyAccepts_HasQueueAndLimit()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("vitrine-unix-").FullName, "door.sock");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen(3);
        var clients = Enumerable.Range(0, 2).Select(_ => new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified)).ToList();
        clients.ForEach(client => client.Connect(new UnixDomainSocketEndPoint(path)));
        var status = ProcessSockets.Of(Self).Listeners.Single(one => one.Socket.Path == path);
        Assert.Equal((2, 3, null), (status.Socket.ReceiveQueue, status.QueueLimit, status.Drops));
        clients.ForEach(client => client.Dispose());
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    [Fact]
    public void UdpSocket_ThatNobodyReads_HasTheDropsOfProc()
    {
        using var receiver = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0)) { Client = { ReceiveBufferSize = 4096 } };
        using var sender = new UdpClient(AddressFamily.InterNetwork);
        var endpoint = (IPEndPoint)receiver.Client.LocalEndPoint!;
        for (var i = 0; i < 100; i++)
            sender.Send(new byte[1000], endpoint);
        var status = ProcessSockets.Of(Self).Listeners.Single(one => endpoint.Equals(one.Socket.Local));
        var line = File.ReadAllLines("/proc/self/net/udp").Single(line => line.Contains($":{endpoint.Port:X4} ", StringComparison.Ordinal)).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        Assert.Equal(long.Parse(line[^1]), status.Drops);
        Assert.InRange(status.Drops!.Value, 1, 100);
        Assert.InRange(status.Socket.ReceiveQueue, 1, status.ReceiveBuffer!.Value + 4096);
    }
}
