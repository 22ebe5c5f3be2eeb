using System.Buffers.Binary;

namespace Vitrine.Linux.Sockets;

/// <summary>What the kernel measures of one TCP connection (struct tcp_info of linux/tcp.h, by its offsets; newer kernels append, older ones end earlier).</summary>
public sealed record TcpMeasures
{
    /// <summary>Smoothed round-trip time; zero when nothing was measured yet.</summary>
    public required TimeSpan RoundTrip { get; init; }

    /// <summary>Mean deviation of the round-trip time.</summary>
    public required TimeSpan RoundTripVariance { get; init; }

    /// <summary>Segments sent again since the connection began.</summary>
    public required long Retransmitted { get; init; }

    /// <summary>Consecutive timeouts without an answer, now: above 0 the peer or the way to it is silent.</summary>
    public required int TimeoutsNow { get; init; }

    /// <summary>Segments sent and not acknowledged yet.</summary>
    public required long Unacknowledged { get; init; }

    /// <summary>Time since data was sent, as precise as the kernel's tick.</summary>
    public required TimeSpan SinceSent { get; init; }

    /// <summary>Time since data arrived, as precise as the kernel's tick.</summary>
    public required TimeSpan SinceReceived { get; init; }

    /// <summary>Bytes that the peer has acknowledged; null before Linux 4.1.</summary>
    public long? BytesAcknowledged { get; init; }

    /// <summary>Bytes received; null before Linux 4.1.</summary>
    public long? BytesReceived { get; init; }

    const int RetransmitsAt = 2, UnackedAt = 24, LastSentAt = 44, LastReceivedAt = 52, RttAt = 68, VarianceAt = 72, TotalRetransmitsAt = 100, AckedAt = 120, ReceivedAt = 128;
    const int LeastBytes = TotalRetransmitsAt + 4;

    /// <summary>Null when the kernel sent less than every kernel since 2.6 has.</summary>
    internal static TcpMeasures? Parse(ReadOnlySpan<byte> info)
    {
        if (info.Length < LeastBytes)
            return null;
        return new TcpMeasures
        {
            RoundTrip = TimeSpan.FromMicroseconds(Word(info, RttAt)),
            RoundTripVariance = TimeSpan.FromMicroseconds(Word(info, VarianceAt)),
            Retransmitted = Word(info, TotalRetransmitsAt),
            TimeoutsNow = info[RetransmitsAt],
            Unacknowledged = Word(info, UnackedAt),
            SinceSent = TimeSpan.FromMilliseconds(Word(info, LastSentAt)),
            SinceReceived = TimeSpan.FromMilliseconds(Word(info, LastReceivedAt)),
            BytesAcknowledged = Long(info, AckedAt),
            BytesReceived = Long(info, ReceivedAt),
        };
    }

    static uint Word(ReadOnlySpan<byte> info, int at) => BinaryPrimitives.ReadUInt32LittleEndian(info[at..]);

    static long? Long(ReadOnlySpan<byte> info, int at) =>
        info.Length >= at + sizeof(ulong) ? (long)Math.Min(BinaryPrimitives.ReadUInt64LittleEndian(info[at..]), long.MaxValue) : null;
}
