using Vitrine.Go.Binary;
using Vitrine.Go.Memory;
using Vitrine.Instruments;
using Vitrine.Linux.Memory;

namespace Vitrine.Go.Probes.Collector;

/// <summary>
/// Where the words of the collector's account are in the target: globals by <see cref="Globals.RuntimeGlobals"/>, offsets by the layouts. A word that
/// is not found stays unknown with its reason; all the others are used.
/// Source: https://github.com/golang/go/blob/go1.26.0/src/runtime/mgc.go (workType), mgcpacer.go (gcControllerState), mheap.go, mstats.go.
/// </summary>
sealed class GcWordMap
{
    readonly ulong[] _addresses = new ulong[(int)GcWord.Count];
    readonly int[] _sizes = new int[(int)GcWord.Count];
    readonly string[] _reasons = new string[(int)GcWord.Count];
    readonly RuntimeView? _view;

    GcWordMap(RuntimeView? view)
    {
        _view = view;
        Array.Fill(_reasons, "not asked for");
    }

    /// <summary>Run-time addresses by word; 0 where unknown.</summary>
    public ReadOnlySpan<ulong> Addresses => _addresses;

    /// <summary>Looks all words up.</summary>
    public static GcWordMap Of(GoTarget target)
    {
        var view = RuntimeViews.Of(target);
        var map = new GcWordMap(view);
        map.Find(GcWord.NumGC, "runtime.memstats", "runtime.mstats", "numgc");
        map.Find(GcWord.CpuFraction, "runtime.memstats", "runtime.mstats", "gc_cpu_fraction");
        foreach (var (word, field) in ((GcWord, string)[])
        [
            (GcWord.Heap0, "heap0"), (GcWord.Heap1, "heap1"), (GcWord.Heap2, "heap2"), (GcWord.SweepTermination, "tSweepTerm"), (GcWord.Mark, "tMark"),
            (GcWord.MarkTermination, "tMarkTerm"), (GcWord.End, "tEnd"), (GcWord.PauseNs, "pauseNS"), (GcWord.Processors, "stwprocs"), (GcWord.UserForced, "userForced"),
        ])
            map.Find(word, "runtime.work", "runtime.workType", field);
        foreach (var (word, field) in ((GcWord, string)[])
        [
            (GcWord.LastHeapGoal, "lastHeapGoal"), (GcWord.NextHeapGoal, "gcPercentHeapGoal"), (GcWord.AssistTime, "assistTime"), (GcWord.DedicatedTime, "dedicatedMarkTime"),
            (GcWord.FractionalTime, "fractionalMarkTime"), (GcWord.IdleTime, "idleMarkTime"),
        ])
            map.Find(word, "runtime.gcController", "runtime.gcControllerState", field);
        map.Find(GcWord.PagesSwept, "runtime.mheap_", "runtime.mheap", "pagesSwept");
        map.Find(GcWord.Released, "runtime.mheap_", "runtime.mheap", "pages.scav.releasedBg", "pages.scav.released");
        map.Find(GcWord.ReleasedEagerly, "runtime.mheap_", "runtime.mheap", "pages.scav.releasedEager");
        return map;
    }

    /// <summary>A map in which no word is known, for tests and for targets whose runtime is not known.</summary>
    public static GcWordMap Nothing(string reason)
    {
        var map = new GcWordMap(null);
        Array.Fill(map._reasons, reason);
        return map;
    }

    /// <summary>A word out of a record; unknown when its place is, or when it could not be read.</summary>
    public Known<ulong> Value(in AccountRecord record, GcWord word)
    {
        var index = (int)word;
        if (_addresses[index] == 0)
            return Known<ulong>.Unknown(_reasons[index]);
        if ((record.Unread & 1u << index) != 0)
            return Known<ulong>.Unknown("the page was not in memory at that moment");
        var value = record.Words[index];
        return Known<ulong>.Of(_sizes[index] < 8 ? value & ((1UL << (8 * _sizes[index])) - 1) : value, Provenance.Read(RouteOf(word)));
    }

    /// <summary>A word as it is now, read from outside.</summary>
    public Known<ulong> ReadNow(GcWord word)
    {
        var index = (int)word;
        if (_addresses[index] == 0 || _view is null)
            return Known<ulong>.Unknown(_reasons[index]);
        Span<byte> bytes = stackalloc byte[8];
        bytes.Clear();
        return _view.Memory.TryRead(_addresses[index], bytes[.._sizes[index]])
            ? Known<ulong>.Of(BitConverter.ToUInt64(bytes), Provenance.Read(RouteOf(word)))
            : Known<ulong>.Unknown("not readable");
    }

    static string RouteOf(GcWord word) => word switch
    {
        GcWord.NumGC or GcWord.CpuFraction => "runtime.memstats",
        >= GcWord.LastHeapGoal and <= GcWord.IdleTime => "runtime.gcController",
        GcWord.PagesSwept or GcWord.Released or GcWord.ReleasedEagerly => "runtime.mheap_",
        _ => "runtime.work",
    };

    void Find(GcWord word, string global, string layoutName, params ReadOnlySpan<string> fields)
    {
        var index = (int)word;
        Known<ulong> address = _view!.AddressOf(global);
        if (!address.IsKnown)
        {
            _reasons[index] = $"{global}: {address.Reason}";
            return;
        }
        Known<StructLayout> layout = _view.LayoutOf(layoutName);
        if (!layout.IsKnown)
        {
            _reasons[index] = layout.Reason;
            return;
        }
        foreach (var field in fields)
        {
            if (!layout.Value.TryGetField(field, out StructField found) || found.Size is not (1 or 2 or 4 or 8) || found.Offset < 0 || found.Offset > layout.Value.Size - found.Size)
                continue;
            _addresses[index] = unchecked(address.Value + (ulong)found.Offset);
            // The two counts of processors lie side by side and are read as one word.
            _sizes[index] = word == GcWord.Processors ? 8 : found.Size;
            return;
        }
        _reasons[index] = $"struct {layoutName} has no field {fields[0]} in this Go version";
    }
}
