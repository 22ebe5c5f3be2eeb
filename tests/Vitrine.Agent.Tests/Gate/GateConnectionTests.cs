using System.Net;
using System.Net.Sockets;
using Vitrine.Agent.Gate;

namespace Vitrine.Agent.Tests.Gate;

/// <summary>One address cannot take all connections of a gate.</summary>
public sealed class GateConnectionTests
{
    // As many as one address may have.
    const int Share = 1_024;

    static readonly TimeSpan s_limit = TimeSpan.FromSeconds(60);

    [Fact]
    public async Task Connect_MoreThanAShare_IsClosed_AndOthersGetIn()
    {
        await using var gate = await RunningGate.Start(new GateRequest { Forward = "http://127.0.0.1:9" });
        var crowd = new List<TcpClient>();
        try
        {
            for (var i = 0; i < Share; i++) crowd.Add(await Connect(gate, IPAddress.Loopback));
            // Each has been answered (SETTINGS), so that each is counted.
            foreach (var one in crowd) Assert.NotEqual(0, await Read(one));

            using (var more = await Connect(gate, IPAddress.Loopback)) Assert.Equal(0, await Read(more));
            using (var other = await Connect(gate, IPAddress.Parse("127.0.0.2"))) Assert.NotEqual(0, await Read(other));

            crowd[0].Dispose();
            for (var tries = 0; ; tries++)
            {
                using var again = await Connect(gate, IPAddress.Loopback);
                if (await Read(again) > 0) break;
                Assert.True(tries < 1000, "a place that is free again is not given");
                await Task.Delay(10);
            }
        }
        finally
        {
            crowd.ForEach(static one => one.Dispose());
        }
    }

    // By HTTP/2, whose connections may be idle for longer than a test takes.
    static async Task<TcpClient> Connect(RunningGate gate, IPAddress from)
    {
        var client = new TcpClient(new IPEndPoint(from, 0));
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, gate.Address.Port);
            await client.GetStream().WriteAsync((byte[])[.. "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"u8, 0, 0, 0, 4, 0, 0, 0, 0, 0]);
        }
        catch (Exception e) when (e is IOException or SocketException)
        {
            // Closed already: the reader hears of it.
        }
        return client;
    }

    // Bytes; 0 = closed.
    static async Task<int> Read(TcpClient client)
    {
        if (!client.Connected) return 0;
        try
        {
            return await client.GetStream().ReadAsync(new byte[256]).AsTask().WaitAsync(s_limit);
        }
        catch (IOException)
        {
            return 0;
        }
    }
}
