using System.Globalization;
using System.Runtime.InteropServices;
using Vitrine.Go.Binary;
using Vitrine.Go.Goroutines;
using Vitrine.Go.Profiles;
using Vitrine.Linux.Kernel;
using Vitrine.Linux.Processes;
using Vitrine.Pprof;

namespace Vitrine.Go.Probes.Cpu;

/// <summary>
/// Samples as a profile with runtime/pprof's own types: <c>samples/count</c> and <c>cpu/nanoseconds</c>, period in CPU nanoseconds.
/// Source: https://github.com/golang/go/blob/go1.26.0/src/runtime/pprof/proto.go (profileBuilder.build).
/// </summary>
sealed class CpuProfile
{
    const string MissingCaller = "(caller not seen)";
    const string KernelMapping = "[kernel.kallsyms]";

    readonly GoTarget _target;
    readonly CpuSamples _samples;
    readonly IReadOnlyList<MemoryMap> _maps;
    readonly KernelSymbols? _kernel;
    readonly CpuStack _stack;
    readonly ProfileBuilder _builder = new(new SampleType("samples", "count"), new SampleType("cpu", "nanoseconds"));
    readonly ExecutableMappings _mappings;
    readonly PprofStacks _stacks;
    readonly List<ulong> _pcs = [];
    readonly List<int> _locations = [];

    public CpuProfile(GoTarget target, CpuSamples samples, IReadOnlyList<MemoryMap> maps, KernelSymbols? kernel)
    {
        _target = target;
        _samples = samples;
        _maps = maps;
        _kernel = kernel;
        _stack = new CpuStack(target.Binary.Functions, target.Binary.Version, target.Bias, target.Binary.Memory);
        _mappings = new ExecutableMappings(maps, target.Binary.Elf.BuildId, _builder);
        _stacks = new PprofStacks(target.Binary.Functions, target.Binary.Version, target.Bias, _builder, _mappings.IndexOf);
    }

    /// <summary>Samples in whose stack a caller is missing.</summary>
    public long WithMissingCaller { get; private set; }

    /// <summary>Builds the profile.</summary>
    /// <param name="periodNanoseconds">CPU time that a sample stands for.</param>
    /// <param name="scale">What times are multiplied by, because sampling was interrupted to keep to its budget.</param>
    /// <param name="startedAt">When it began.</param>
    /// <param name="duration">How long it took.</param>
    /// <param name="comments">How it was obtained and what was lost.</param>
    public Profile Build(long periodNanoseconds, double scale, DateTimeOffset startedAt, TimeSpan duration, IEnumerable<string> comments)
    {
        _builder.PeriodType = new SampleType("cpu", "nanoseconds");
        _builder.Period = periodNanoseconds;
        _builder.TimeNanos = (startedAt - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
        _builder.DurationNanos = duration.Ticks * TimeSpan.NanosecondsPerTick;
        foreach (string comment in comments)
            _builder.Comments.Add(comment);

        // Places that differ only in what led to the same frames become one sample.
        var sums = new Dictionary<SampleKey, long>();
        foreach ((CpuPlace place, long seen) in _samples.Places)
        {
            var key = new SampleKey(LocationsOf(place, seen), place.Labels, place.Goid);
            sums[key] = sums.GetValueOrDefault(key) + seen;
        }
        foreach ((SampleKey key, long seen) in sums.OrderByDescending(static pair => pair.Value))
            _builder.AddSample(key.Locations, [(long)Math.Round(seen * scale), (long)Math.Round(seen * (double)periodNanoseconds * scale)], LabelsOf(key));
        return _builder.Build();
    }

    /// <summary>What is one sample of the profile.</summary>
    readonly record struct SampleKey(int[] Locations, ulong Labels, ulong Goid)
    {
        public bool Equals(SampleKey other) => Labels == other.Labels && Goid == other.Goid && Locations.AsSpan().SequenceEqual(other.Locations);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            hash.Add(Labels);
            hash.Add(Goid);
            foreach (int location in Locations)
                hash.Add(location);
            return hash.ToHashCode();
        }
    }

    int[] LocationsOf(in CpuPlace place, long seen)
    {
        _locations.Clear();
        foreach (ulong pc in _samples.Chain(place.KernelStack))
            _locations.Add(KernelLocation(pc));
        bool isGo = _target.Binary.Functions.TryFind(unchecked(place.Ip - _target.Bias), out GoFunction leaf) && (place.Flags & CpuFlags.Foreign) == 0;
        if (!isGo)
            _locations.Add(ForeignLocation(place.Ip));

        _pcs.Clear();
        _stack.Resolve(place, _samples.Chain(place.Stack), _pcs);
        if (_pcs.Contains(CpuStack.Unknown))
            WithMissingCaller += seen;
        ReadOnlySpan<ulong> rest = CollectionsMarshal.AsSpan(_pcs);
        while (!rest.IsEmpty)
        {
            int unknown = rest.IndexOf(CpuStack.Unknown);
            _stacks.AppendGoroutine(unknown < 0 ? rest : rest[..unknown], _locations);
            if (unknown < 0)
                break;
            _locations.Add(Named(MissingCaller, -1, 0));
            rest = rest[(unknown + 1)..];
        }
        // A profile leaves goexit and wrappers out; a goroutine that has just begun, or is about to end, may have nothing else.
        if (_locations.Count == 0)
            _locations.Add(Named(leaf.Name, _mappings.IndexOf(place.Ip), place.Ip));
        return [.. _locations];
    }

    int KernelLocation(ulong pc) =>
        Named(_kernel?.Find(pc) ?? string.Create(CultureInfo.InvariantCulture, $"0x{pc:x}"), _builder.Mapping(0xffff800000000000, ulong.MaxValue, 0, KernelMapping), pc);

    // Code that is not Go: C libraries, the kernel's code in user space, code that somebody generated.
    int ForeignLocation(ulong ip)
    {
        string name = _maps.FirstOrDefault(map => map.Contains(ip)) is { Path.Length: > 0 } map
            ? $"[{Path.GetFileName(map.Path.Trim('[', ']'))}]"
            : "[unknown code]";
        return Named(name, _mappings.IndexOf(ip), ip);
    }

    int Named(string name, int mapping, ulong address) => _builder.Location(mapping, address, [new Line(_builder.Function(name), 0)]);

    Label[] LabelsOf(SampleKey key)
    {
        var labels = new List<Label>();
        foreach (GoroutineLabel label in _samples.Labels(key.Labels))
            labels.Add(new Label(label.Key, label.Value));
        if (key.Goid != 0)
            labels.Add(new Label("goroutine", null, (long)key.Goid, "id"));
        return [.. labels];
    }
}
