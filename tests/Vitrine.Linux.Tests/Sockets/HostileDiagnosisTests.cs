using System.Buffers.Binary;
using System.Text;
using Vitrine.Linux.Sockets;

namespace Vitrine.Linux.Tests.Sockets;

/// <summary>Packets that no kernel sends: cut, with wrong lengths, mutated. They may be misunderstood, they may not break or hang the reader.</summary>
public sealed class HostileDiagnosisTests
{
    [Fact]
    public void Packets_Mutated_NeitherThrowNorHang()
    {
        var random = new Random(20_261);
        var good = Packet(InternetMessage(), UnixMessage());
        for (var round = 0; round < 20_000; round++)
        {
            var packet = good.ToArray();
            for (var i = random.Next(1, 6); i > 0; i--)
                packet[random.Next(packet.Length)] = (byte)random.Next(256);
            Consume(packet.AsSpan(0, random.Next(packet.Length + 1)));
        }
    }

    [Fact]
    public void Packet_Whole_IsUnderstood()
    {
        var seen = Consume(Packet(InternetMessage(), UnixMessage()));
        Assert.Equal(2, seen.Count);
        Assert.Equal((SocketState.Listen, 3L, 128L, 9L), (seen[0].Socket.State, seen[0].Socket.ReceiveQueue, seen[0].QueueLimit, seen[0].Drops));
        Assert.Equal("127.0.0.1:8080", $"{seen[0].Socket.Local}");
    }

    [Theory]
    [InlineData(0), InlineData(15), InlineData(1 << 30), InlineData(-1)]
    public void MessageLength_Impossible_EndsTheDump(int length)
    {
        var packet = Packet(InternetMessage());
        BinaryPrimitives.WriteInt32LittleEndian(packet, length);
        var interrupted = false;
        Assert.False(NetlinkDump.Take(packet, 1, _ => Assert.Fail("a message of impossible length was handed out"), ref interrupted, out var errno));
        Assert.NotEqual(0, errno);
    }

    [Theory]
    [InlineData("", null)]
    [InlineData("TcpExt: ListenOverflows ListenDrops\n", null)]
    [InlineData("TcpExt: ListenOverflows\nTcpExt: x\n", null)]
    [InlineData("TcpExt: Other ListenOverflows ListenDrops\nTcpExt: 1 7 9\nIpExt: A\nIpExt: 5\n", 7L)]
    public void NamespaceCounters_Malformed_AreUnknown(string text, long? expected) => Assert.Equal(expected, NamespaceDrops.Parse(text).ListenOverflows);

    static List<SocketStatus> Consume(ReadOnlySpan<byte> packet)
    {
        var seen = new List<SocketStatus>();
        var interrupted = false;
        NetlinkDump.Take(packet, 1, message =>
        {
            if (InetDiagnosis.TryHead(message, out _, out _))
                seen.Add(InetDiagnosis.Parse(SocketProtocol.Tcp, message, [3]));
            else if (UnixDiagnosis.TryInode(message, out _))
                seen.Add(UnixDiagnosis.Parse(message, [4]));
        }, ref interrupted, out _);
        return seen;
    }

    static byte[] Packet(params byte[][] messages)
    {
        using var packet = new MemoryStream();
        foreach (var message in messages)
        {
            var header = new byte[16];
            BinaryPrimitives.WriteInt32LittleEndian(header, 16 + message.Length);
            header[4] = 20;
            header[8] = 1;
            packet.Write(header);
            packet.Write(message);
        }
        return packet.ToArray();
    }

    static byte[] InternetMessage()
    {
        var message = new byte[72 + 4 + 36 + 4 + 104];
        (message[0], message[1]) = (2, (byte)SocketState.Listen);
        BinaryPrimitives.WriteUInt16BigEndian(message.AsSpan(4), 8080);
        ((byte[])[127, 0, 0, 1]).CopyTo(message, 8);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(56), 3);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(60), 128);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(68), 4711);
        (message[72], message[74]) = (40, 7);
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(76 + 32), 9);
        (message[112], message[114]) = (108, 2);
        return message;
    }

    static byte[] UnixMessage()
    {
        var message = new byte[16 + 4 + 8];
        message[0] = 1;
        message[2] = (byte)SocketState.Listen;
        BinaryPrimitives.WriteUInt32LittleEndian(message.AsSpan(4), 4712);
        message[16] = 12;
        Encoding.ASCII.GetBytes("/a/b.soc").CopyTo(message, 20);
        return message;
    }
}
