using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.RegularExpressions;
using Vitrine.Linux.Binaries;
using Vitrine.Linux.Processes;
using Vitrine.Linux.Sockets;
using Vitrine.Linux.Tests.Support;
using Vitrine.TestTargets;

namespace Vitrine.Linux.Tests.Sockets;

public sealed class SocketTableTests
{
    static readonly LinuxProcess Self = LinuxProcess.Open(Environment.ProcessId);

    [Fact]
    public void Sockets_OfThisProcess_HaveTheirAddressesAndStates()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var endpoint = (IPEndPoint)listener.LocalEndpoint;
        using var client = new TcpClient(AddressFamily.InterNetwork);
        client.Connect(endpoint);
        using var server = listener.AcceptTcpClient();
        using var udp = new UdpClient(0, AddressFamily.InterNetwork);
        using var listener6 = Socket.OSSupportsIPv6 ? new TcpListener(IPAddress.IPv6Loopback, 0) : null;
        listener6?.Start();

        var table = SocketTable.Of(Self);
        AssertSocket(listener.Server, new(SocketProtocol.Tcp, endpoint, null, SocketState.Listen));
        AssertSocket(client.Client, new(SocketProtocol.Tcp, (IPEndPoint)client.Client.LocalEndPoint!, endpoint, SocketState.Established));
        AssertSocket(server.Client, new(SocketProtocol.Tcp, endpoint, (IPEndPoint)client.Client.LocalEndPoint!, SocketState.Established));
        AssertSocket(udp.Client, new(SocketProtocol.Udp, (IPEndPoint)udp.Client.LocalEndPoint!, null, SocketState.Closed));
        if (listener6 is not null)
            AssertSocket(listener6.Server, new(SocketProtocol.Tcp6, (IPEndPoint)listener6.LocalEndpoint, null, SocketState.Listen));
        Assert.Contains(table.Listening, s => endpoint.Equals(s.Local));
        Assert.Contains(table.Listening, s => s.Protocol == SocketProtocol.Udp && udp.Client.LocalEndPoint!.Equals(s.Local));
        Assert.DoesNotContain(table.Listening, s => s.State == SocketState.Established);
        Assert.False(table.TryGetByFileDescriptor(1_000_000, out _));
        Assert.Contains(new ListeningSockets().Of(Self), s => endpoint.Equals(s.Local));

        foreach (var address in new[] { $":{endpoint.Port}", $"127.0.0.1:{endpoint.Port}", $"localhost:{endpoint.Port}" })
            Assert.Equal([Environment.ProcessId], SocketTable.PidsListeningOn(address));
        Assert.Empty(SocketTable.PidsListeningOn($"127.0.0.2:{endpoint.Port}"));
        Assert.Empty(SocketTable.PidsListeningOn($"[::1]:{endpoint.Port}"));

        void AssertSocket(Socket socket, Expected expected)
        {
            Assert.True(table.TryGetByFileDescriptor((int)socket.Handle, out var found));
            Assert.Equal(expected, new Expected(found.Protocol, found.Local, found.Remote, found.State));
        }
    }

    [Fact]
    public void UnixSockets_PathAndAbstract_AreFound()
    {
        var path = Path.Combine(Directory.CreateTempSubdirectory("vitrine-unix-").FullName, "a b.sock");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        using var client = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        client.Connect(new UnixDomainSocketEndPoint(path));
        var table = SocketTable.Of(Self);
        Assert.Contains(table.Listening, s => s.Path == path && s.State == SocketState.Listen);
        Assert.True(table.TryGetByFileDescriptor((int)client.Handle, out var found));
        Assert.Equal(SocketState.Established, found.State);
        Assert.Equal([Environment.ProcessId], SocketTable.PidsListeningOn(path));
        Directory.Delete(Path.GetDirectoryName(path)!, recursive: true);
    }

    [Fact]
    public void Listening_OfEveryProcess_EqualsSs()
    {
        Prerequisite.Root();
        using var listener = new TcpListener(IPAddress.Any, 0);
        listener.Start();
        var survey = new ListeningSockets();
        var found = new HashSet<(int Pid, int Port)>();
        var before = Ss();
        foreach (var pid in ProcessList.Pids())
        {
            try
            {
                foreach (var socket in survey.Of(LinuxProcess.Open(pid)).Where(s => s.Protocol is SocketProtocol.Tcp or SocketProtocol.Tcp6))
                    found.Add((pid, socket.Local!.Port));
            }
            catch (TargetGoneException)
            {
                // Ended meanwhile.
            }
        }
        var after = Ss();

        // Other programs come and go: what ss says before and after has to be found, and nothing may be found that neither saw.
        Assert.Contains((Environment.ProcessId, ((IPEndPoint)listener.LocalEndpoint).Port), found);
        Assert.Empty(before.Intersect(after).Except(found));

        static HashSet<(int, int)> Ss() => Tool.Run("ss", "-Htlnp").Split('\n')
            .SelectMany(line => Regex.Matches(line, @"pid=(\d+)").Select(m => (int.Parse(m.Groups[1].Value), int.Parse(Regex.Match(line, @"^\S+\s+\S+\s+\S+\s+\S*:(\d+)\s").Groups[1].Value)))).ToHashSet();
    }

    [Fact]
    public void Sockets_OfAnotherNetworkNamespace_AreReadThere()
    {
        Prerequisite.Root();
        Tool.Require("unshare");
        using var probe = new Child("unshare", "--net", "sleep", "60");
        var process = LinuxProcess.Open(probe.Pid);
        Until.True(() => process.CommandName == "sleep" || probe.HasExited, () => "unshare");
        Assert.SkipWhen(probe.HasExited, "this machine does not allow network namespaces");
        Assert.NotEqual(Self.Namespaces.Network, process.Namespaces.Network);
        var sockets = new List<SocketInfo>();
        SocketParser.Read(probe.Pid, (_, _, _) => true, 1000, sockets);
        Assert.DoesNotContain(sockets, s => s.Protocol is SocketProtocol.Tcp);
    }

    [Fact]
    public void ManySockets_StayWithinTheLimit()
    {
        var listeners = Enumerable.Range(0, 30).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(l => l.Start());
        var sockets = new List<SocketInfo>();
        SocketParser.Read(Environment.ProcessId, (p, s, _) => p == SocketProtocol.Tcp && s == SocketState.Listen, 10, sockets);
        Assert.Equal(10, sockets.Count);
        Assert.True(LinuxProcess.Open(Environment.ProcessId, new Limits { MaxFileDescriptors = 5 }).FileDescriptors().Count == 5);
        Assert.InRange(SocketTable.Of(Self, new Limits { MaxSockets = 3 }).ByFileDescriptor.Count, 1, 15);
        listeners.ForEach(l => l.Stop());
    }

    [Fact]
    public void HundredThousandSockets_OfWhichTwoAreWanted_CostTwoObjects()
    {
        var path = Path.GetTempFileName();
        using (var writer = new StreamWriter(path))
        {
            writer.Write("  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n");
            for (var i = 0; i < 100_000; i++)
                writer.Write($"{i,4}: 0100007F:{i % 65_536:X4} 0200007F:0050 01 00000000:00000000 00:00000000 00000000     0        0 {1000 + i} 1 0000000000000000 20 4 30 10 -1\n");
        }
        using var file = File.OpenHandle(path);
        File.Delete(path);
        var sockets = new List<SocketInfo>();
        Assert.InRange(AllocatedBytes.Of(() =>
        {
            sockets.Clear();
            SocketParser.ReadTable(file, SocketProtocol.Tcp, (_, _, inode) => inode is 1000 or 100_999, sockets, 10);
        }, rounds: 1), 0, 10_000);
        Assert.Equal([1000UL, 100_999UL], sockets.Select(s => s.Inode));
        Assert.Equal(99_999 % 65_536, sockets[1].Local!.Port);
        sockets.Clear();
        SocketParser.ReadTable(file, SocketProtocol.Tcp, (_, _, _) => true, sockets, int.MaxValue);
        Assert.Equal(100_000, sockets.Count);
    }

    [Theory]
    [InlineData("   3: 0100007F:1F90 00000000:0000 0A 00000000:00000005 00:00000000 00000000  1000        0 4242 1 0000000000000000 100 0 0 10 0", "127.0.0.1:8080", null, SocketState.Listen, 5)]
    [InlineData("   3: 0100007F:1F90 0200000A:0050 01 00000010:00000000 00:00000000 00000000  1000        0 4242", "127.0.0.1:8080", "10.0.0.2:80", SocketState.Established, 0)]
    public void TryParse_TcpLine_IsUnderstood(string line, string local, string? remote, SocketState state, long receive)
    {
        Assert.True(SocketParser.TryParse(SocketProtocol.Tcp, Encoding.ASCII.GetBytes(line), (_, _, _) => true, out var socket));
        Assert.Equal((local, remote, state, 4242UL, receive), (socket!.Local!.ToString(), socket.Remote?.ToString(), socket.State, socket.Inode, socket.ReceiveQueue));
    }

    [Fact]
    public void TryParse_Tcp6Line_IsUnderstood()
    {
        var line = "   0: B80D0120000000000000000001000000:01BB 00000000000000000000000000000000:0000 0A 0:0 0:0 0 0 0 7"u8;
        Assert.True(SocketParser.TryParse(SocketProtocol.Tcp6, line, (_, _, _) => true, out var socket));
        Assert.Equal("[2001:db8::1]:443", socket!.Local!.ToString());
    }

    [Fact]
    public void TryParse_DamagedLines_AreSkipped()
    {
        var random = new Random(6);
        var line = Encoding.ASCII.GetBytes("   3: 0100007F:1F90 00000000:0000 0A 00000000:00000005 00:00000000 00000000  1000        0 4242 1");
        for (var i = 0; i < 5000; i++)
        {
            var damaged = (byte[])line.Clone();
            for (var n = random.Next(1, 6); n > 0; n--)
                damaged[random.Next(damaged.Length)] = (byte)random.Next(256);
            foreach (var protocol in Enum.GetValues<SocketProtocol>())
                SocketParser.TryParse(protocol, damaged.AsSpan(0, random.Next(damaged.Length)), (_, _, _) => true, out _);
        }
    }

    [Theory]
    [InlineData("8080")]
    [InlineData(":0")]
    [InlineData(":99999")]
    [InlineData(":http")]
    [InlineData("nohost:80")]
    public void PidsListeningOn_Nonsense_SaysTheForms(string address) =>
        Assert.Contains("127.0.0.1:8080", Assert.Throws<FormatException>(() => SocketTable.PidsListeningOn(address)).Message, StringComparison.Ordinal);

    sealed record Expected(SocketProtocol Protocol, IPEndPoint? Local, IPEndPoint? Remote, SocketState State);
}
