using Vitrine.Go.Binary;
using Vitrine.Linux.Memory;

namespace Vitrine.Go.Goroutines;

/// <summary>What reading threads share: all of it fixed for the life of a target.</summary>
internal sealed class ReadContext
{
    public required IMemoryReader Memory { get; init; }
    public required ulong Bias { get; init; }
    public required GoBinary Binary { get; init; }
    public required GLayout G { get; init; }
    public required WaitLayouts Waits { get; init; }
    public required WaitReasons Reasons { get; init; }

    /// <summary>Where thread ids are; null when the binary does not describe runtime.m.</summary>
    public required MLayout? M { get; init; }

    /// <summary>Offset of the id in a synctest bubble; -1 when the binary has none.</summary>
    public required int BubbleId { get; init; }
}
