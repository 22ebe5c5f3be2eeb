using System.Runtime.InteropServices;
using Vitrine.DotNet.Allocations;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Labels;
using Vitrine.DotNet.Nettrace;

namespace Vitrine.DotNet.Heap;

/// <summary>Picks what <see cref="IHeapEvents"/> needs out of the runtime's events. Their numbers and fields are those of src/coreclr/vm/ClrEtwAll.man in dotnet/runtime.</summary>
/// <param name="events">Gets them.</param>
/// <param name="work">Whose work allocations belong to; followed until the stream ends.</param>
sealed class HeapEventReader(IHeapEvents events, EventWork work) : INettraceSink
{
    const int GcStart = 1, GcEnd = 2, RestartBegin = 7, BulkSurviving = 21, BulkMoved = 22, GenerationRange = 23;
    const uint BackgroundType = 1;

    long _latest = long.MinValue;

    /// <summary>What a session must be asked for.</summary>
    public static EventProvider Provider { get; } =
        EventProvider.Runtime(RuntimeKeywords.AllocationSampling | RuntimeKeywords.GcHeapSurvivalAndMovement | RuntimeKeywords.Gc);

    /// <summary>Events that came after one with a later time. What they say may have been overtaken: it is treated as lost.</summary>
    public long Disordered { get; private set; }

    /// <inheritdoc/>
    public void OnLost(long threadId, long lost) => events.Lost(lost);

    /// <inheritdoc/>
    public void OnEnd(in NettraceSummary summary) => work.Stop();

    /// <inheritdoc/>
    public void OnEvent(in NettraceEvent e)
    {
        if (e.Provider != EventProviders.Runtime) return;
        if (e.Ticks < _latest)
        {
            Disordered++;
            events.Lost(1);
        }
        else
        {
            _latest = e.Ticks;
        }
        var fields = e.Read();
        switch (e.Id)
        {
            case SampledAllocation.EventId:
                events.Allocated(SampledAllocation.Read(e, work), e.Stack);
                break;
            case GcStart:
                var (number, generation) = (fields.ReadUInt32(), fields.ReadUInt32());
                fields.ReadUInt32(); // reason
                events.CollectionStarted(number, (int)Math.Min(generation, int.MaxValue), fields.ReadUInt32() == BackgroundType);
                break;
            case GcEnd:
                events.CollectionEnded(fields.ReadUInt32());
                break;
            case RestartBegin:
                events.Resumed();
                break;
            case GenerationRange:
                var (of, start, used, reserved) = (fields.ReadByte(), fields.ReadPointer(), fields.ReadUInt64(), fields.ReadUInt64());
                events.GenerationRange(of, start, used, reserved);
                break;
            case BulkSurviving:
                events.Survived(Ranges<SurvivedRange>(ref fields));
                break;
            case BulkMoved:
                events.Moved(Ranges<MovedRange>(ref fields));
                break;
        }
    }

    // Packed structs of three or two numbers of eight bytes: there is no 32-bit .NET for Linux on x86-64 or arm64.
    static ReadOnlySpan<T> Ranges<T>(ref PayloadReader fields) where T : unmanaged
    {
        fields.ReadUInt32(); // number of the part
        var count = fields.ReadUInt32();
        fields.ReadUInt16(); // runtime instance
        var size = Marshal.SizeOf<T>();
        if (count > (uint)(fields.Remaining / size)) throw new BadNettraceException($"An event says that it has {count} ranges and is too short for them.");
        return MemoryMarshal.Cast<byte, T>(fields.ReadBytes((int)count * size));
    }
}
