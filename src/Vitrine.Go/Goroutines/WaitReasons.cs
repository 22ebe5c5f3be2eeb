using System.Text;
using Vitrine.Linux.Memory;

namespace Vitrine.Go.Goroutines;

/// <summary>
/// The wait reasons of one target. Their numbers shift between Go versions, so the texts come from the target's own table
/// (https://github.com/golang/go/blob/go1.26.0/src/runtime/runtime2.go, waitReasonStrings).
/// </summary>
internal sealed class WaitReasons
{
    /// <summary>Go 1.27 has 46 reasons; a byte holds the number.</summary>
    private const int MaxReasons = 256;

    /// <summary>The longest text so far has 32 bytes.</summary>
    private const int MaxTextBytes = 64;

    private readonly string?[] _texts = new string?[MaxReasons];
    private readonly WaitClass[] _classes = new WaitClass[MaxReasons];

    private WaitReasons()
    {
    }

    /// <summary>Why the texts are unknown; null when they are known.</summary>
    public string? UnknownBecause { get; private init; }

    /// <summary>The text of a reason; null when unknown, empty for "no reason".</summary>
    public string? this[byte reason] => _texts[reason];

    public WaitClass ClassOf(byte reason) => _classes[reason];

    public static WaitReasons Unknown(string because) => new() { UnknownBecause = because };

    /// <summary>Reads the table, an array of Go strings, until the first entry that is not one: its length is not recorded anywhere.</summary>
    public static WaitReasons Read(IMemoryReader memory, ulong address)
    {
        WaitReasons reasons = new();
        Span<byte> text = stackalloc byte[MaxTextBytes];
        for (int reason = 0; reason < MaxReasons; reason++)
        {
            ulong entry = address + ((ulong)reason * 16);
            if (!memory.TryReadUInt64(entry, out ulong data) || !memory.TryReadUInt64(entry + 8, out ulong length) || length > MaxTextBytes)
                break;
            if (length == 0)
            {
                // Only the first reason is empty.
                if (reason > 0)
                    break;
                reasons._texts[reason] = "";
                reasons._classes[reason] = WaitClass.Unknown;
                continue;
            }
            Span<byte> bytes = text[..(int)length];
            if (!memory.TryRead(data, bytes) || bytes.ContainsAnyExceptInRange((byte)' ', (byte)'~'))
                break;
            reasons._texts[reason] = Encoding.ASCII.GetString(bytes);
            reasons._classes[reason] = Classify(reasons._texts[reason]!);
        }
        return reasons._texts[1] is null
            ? Unknown("the table of wait reasons could not be read")
            : reasons;
    }

    private static WaitClass Classify(string text) => text switch
    {
        "chan receive" or "chan receive (durable)" or "chan receive (synctest)" => WaitClass.Receive,
        "chan send" or "chan send (durable)" or "chan send (synctest)" => WaitClass.Send,
        "chan receive (nil chan)" or "chan send (nil chan)" => WaitClass.NilChannel,
        "select (no cases)" => WaitClass.NoCases,
        "select" or "select (durable)" or "select (synctest)" => WaitClass.Select,
        "semacquire" or "sync.Mutex.Lock" or "sync.RWMutex.RLock" or "sync.RWMutex.Lock"
            or "sync.WaitGroup.Wait" or "sync.WaitGroup.Wait (durable)" => WaitClass.Semaphore,
        "sync.Cond.Wait" => WaitClass.Cond,
        "sleep" => WaitClass.Sleep,
        "IO wait" => WaitClass.Network,
        _ => WaitClass.Runtime,
    };
}
