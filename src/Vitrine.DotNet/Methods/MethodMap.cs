using System.Diagnostics.Tracing;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Nettrace;
using Vitrine.DotNet.Stacks;
using Vitrine.Instruments;

namespace Vitrine.DotNet.Methods;

/// <summary>
/// Which managed method an instruction address lies in: all tiers, code that was compiled ahead of time, and dynamic methods. Immutable, and safe for use by several threads.
/// Names and lines are found when they are asked for, by the files of the modules.
/// </summary>
public sealed class MethodMap
{
    readonly MethodCode[] _codes;
    readonly ulong[] _starts;

    readonly IReadOnlyDictionary<ulong, ModuleEntry> _modules;

    MethodMap(MethodCode[] codes, IReadOnlyDictionary<ulong, ModuleEntry> modules, string gaps)
    {
        (_codes, _modules, Gaps) = (codes, modules, gaps);
        _starts = [.. codes.Select(static code => code.Start)];
    }

    /// <summary>A map that knows no method.</summary>
    public static MethodMap Empty { get; } = new([], new Dictionary<ulong, ModuleEntry>(), "");

    /// <summary>Pieces of code that are known.</summary>
    public int Count => _codes.Length;

    /// <summary>What is missing of what was collected last, as a clause; empty when nothing is known to be.</summary>
    public string Gaps { get; }

    /// <summary>
    /// Asks a runtime for all its methods: one short session that records nothing and lists everything at its end. It takes 130 to 250 ms, of which 100 are the runtime's wait between two writes, and 2.4 MB for
    /// the 8,000 methods of a small web service.
    /// </summary>
    /// <exception cref="InstrumentUnavailableException">The runtime cannot be reached, or does not list its methods.</exception>
    public static MethodMap Capture(DiagnosticPort port, MethodMapOptions? options = null)
    {
        options ??= MethodMapOptions.Default;
        var builder = new MethodMapBuilder(port, options);
        using var recording = EventRecording.Start(port, new()
        {
            // A session needs a provider. This one, at this level, has no events.
            Providers = [new(EventProviders.Runtime, 0, EventLevel.Critical)],
            Rundown = true,
            RundownKeywords = MethodMapBuilder.RundownKeywords(options.IlOffsets),
            Stacks = false,
        });
        var end = recording.Stop();
        if (end.Problem.Length > 0) throw new InstrumentUnavailableException($"The methods of process {port.Pid} could not be listed: {end.Problem}.");
        try
        {
            recording.Read(builder);
        }
        catch (BadNettraceException e)
        {
            throw new InstrumentUnavailableException($"The methods of process {port.Pid} could not be listed: {e.Message}");
        }
        var map = builder.Build();
        if (end.DroppedEvents == 0) return map;
        var dropped = $"the runtime dropped {end.DroppedEvents} events";
        return new(map._codes, map._modules, map.Gaps.Length > 0 ? $"{map.Gaps}; {dropped}" : dropped);
    }

    /// <summary>This map and what was collected before or since, of the same process: where both know an address, the runtime's later word counts.</summary>
    public MethodMap With(MethodMapBuilder newer)
    {
        ArgumentNullException.ThrowIfNull(newer);
        var modules = new Dictionary<ulong, ModuleEntry>(_modules);
        foreach (var (id, module) in newer.Modules)
            modules[id] = module;
        bool IsGone(MethodCode code) => newer.Unloads.TryGetValue(code.Start, out var at) && at >= code.At;
        // The runtime names a method's module by a number that it lists before, after, or in an earlier session.
        var added = newer.Codes.Select(code => code.In(modules.GetValueOrDefault(code.ModuleId), IsGone(code))).OrderBy(static code => code.Start).ToArray();
        var all = new CodeList(_codes.Length + added.Length);
        var next = 0;
        foreach (var code in _codes)
        {
            while (next < added.Length && added[next].Start < code.Start)
                all.Add(added[next++]);
            all.Add(!code.IsGone && IsGone(code) ? code.In(code.Module, isGone: true) : code);
        }
        while (next < added.Length)
            all.Add(added[next++]);
        return new(all.ToArray(), modules, newer.Gaps);
    }

    /// <summary>Code by ascending address, of which what overlaps is there only once: memory is used again, and the later word counts.</summary>
    sealed class CodeList(int capacity)
    {
        readonly List<MethodCode> _kept = new(capacity);

        // All that reaches beyond the address that is looked at, also what was replaced itself; the latest word first.
        readonly PriorityQueue<MethodCode, long> _over = new();

        /// <summary>Adds code that begins where the last one does, or behind.</summary>
        public void Add(MethodCode code)
        {
            while (_over.TryPeek(out var passed, out _) && passed.End <= code.Start)
                _over.Dequeue();
            var isReplaced = _over.TryPeek(out var over, out _) && over.At > code.At;
            _over.Enqueue(code, ~code.At);
            if (isReplaced) return;
            while (_kept.Count > 0 && _kept[^1].End > code.Start)
                _kept.RemoveAt(_kept.Count - 1);
            _kept.Add(code);
        }

        public MethodCode[] ToArray() => [.. _kept];
    }

    /// <summary>Whether an address lies in a managed method. Costs no look at a file.</summary>
    public bool Contains(ulong address) => Code(address) is not null;

    /// <summary>Where the code begins that an address lies in, as long as it is there: its rules are in the process's memory. Costs no look at a file and allocates nothing.</summary>
    /// <param name="address">The address of an instruction.</param>
    /// <param name="start">First address of the method's code.</param>
    /// <param name="size">Its size in bytes.</param>
    public bool TryFindCode(ulong address, out ulong start, out int size)
    {
        var code = Code(address) is { IsGone: false } there ? there : null;
        (start, size) = code is null ? (0, 0) : (code.Start, (int)code.Size);
        return code is not null;
    }

    /// <summary>The method that an address lies in, with the line.</summary>
    /// <param name="address">The address of an instruction.</param>
    /// <param name="frame">The method.</param>
    /// <param name="isReturnAddress">
    /// Whether the address is where a call returns to, as in all frames of a stack but the one that runs: then the call is what comes before it. All frames of an event's stack are, except the sampler's first.
    /// </param>
    public bool TryFind(ulong address, out MethodFrame frame, bool isReturnAddress = false)
    {
        frame = default;
        // A call that never returns may be a method's last instruction: then the address behind it is no longer in the method.
        if ((isReturnAddress && address > 0 ? Code(address - 1) ?? Code(address) : Code(address)) is not { } code) return false;
        var offset = address - code.Start;
        if (isReturnAddress && offset > 0) offset--;
        var ilOffset = code.Map?.Find((uint)offset) ?? -1;
        var line = code.Module?.Line(code.Token, ilOffset);
        var (readable, raw) = NamesOf(code);
        frame = new(readable, raw, code.Module?.Name ?? "", code.Module?.Path ?? "", code.Module?.VersionId ?? Guid.Empty, code.Token, ilOffset, line?.File ?? "", line?.Line ?? 0,
            code.Start, (int)code.Size, code.Tier);
        return true;
    }

    static (string Readable, string Raw) NamesOf(MethodCode code)
    {
        // Two threads may both find them: they find the same.
        if (code.Names is { } known) return (known.Readable, known.Raw);
        var (type, method) = code.Module?.Names(code.Token) ?? (EventNames.Parse(code.Type), code.Method);
        code.Names = new(MethodNames.Readable(type, method), $"{type.Raw}.{method}");
        return (code.Names.Readable, code.Names.Raw);
    }

    MethodCode? Code(ulong address)
    {
        var at = Array.BinarySearch(_starts, address);
        if (at < 0) at = ~at - 1;
        return at >= 0 && address < _codes[at].End ? _codes[at] : null;
    }
}
