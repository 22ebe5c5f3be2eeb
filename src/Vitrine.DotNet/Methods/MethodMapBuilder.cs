using System.Diagnostics.Tracing;
using Vitrine.DotNet.Diagnostics;
using Vitrine.DotNet.Nettrace;
using Vitrine.Linux.Memory;

namespace Vitrine.DotNet.Methods;

/// <summary>
/// Collects compiled methods from a stream of events: from the list at a recording's end (<see cref="EventRecordingOptions.Rundown"/>), and from the runtime's events of methods that are compiled while it
/// runs (<see cref="Live"/>). Other events are ignored, so that one recording serves an instrument and its map. An event whose fields are not what its number promises is left out and counted: the process
/// that is looked at writes them, and one bad event is no reason to lose the others. Not safe for several threads.
/// </summary>
/// <param name="port">The process: files of its modules are read as it sees them.</param>
/// <param name="options">What is kept; null for the usual.</param>
public sealed class MethodMapBuilder(DiagnosticPort port, MethodMapOptions? options = null) : INettraceSink
{
    // Numbers of the events, the same in both providers but for the beginning or end of a session:
    // https://github.com/dotnet/runtime/blob/main/src/coreclr/vm/ClrEtwAll.man
    const int MethodLoadVerbose = 143, MethodUnloadOrEndVerbose = 144, RundownMapStart = 149, RundownMapEnd = 150, MapOfMethod = 190;
    const int ModuleLoad = 152, RundownModuleStart = 153, RundownModuleEnd = 154;

    const int WithCodeVersion = 2;

    readonly MethodMapOptions _options = options ?? MethodMapOptions.Default;
    readonly Dictionary<(ulong Start, uint Size), MethodCode> _codes = [];
    readonly Dictionary<ulong, ModuleEntry> _modules = [];
    readonly Dictionary<(ulong Method, ulong Version), IlMap> _maps = [];
    readonly Dictionary<(ulong Method, ulong Version), MethodCode> _withoutMap = [];
    readonly Dictionary<string, string> _types = new(StringComparer.Ordinal);
    readonly Dictionary<ulong, long> _unloads = [];
    readonly ByteBudget _files = new((options ?? MethodMapOptions.Default).MaximumFileBytes);
    long _characters, _offsets;

    /// <summary>
    /// What to ask for so that methods are seen when they are compiled. Only needed for code that may be gone before the recording's end (dynamic methods, assemblies that are unloaded). The runtime gives
    /// these events at the most verbose level only, and a session has one level for all events of a provider: use a session of its own.
    /// </summary>
    public static EventProvider Live { get; } = EventProvider.Runtime(
        RuntimeKeywords.Loader | RuntimeKeywords.Jit | RuntimeKeywords.Ngen | RuntimeKeywords.JittedMethodIlToNativeMap, EventLevel.Verbose);

    /// <summary>What to ask for at a recording's end.</summary>
    public static ulong RundownKeywords(bool ilOffsets = true) =>
        RuntimeKeywords.Loader | RuntimeKeywords.Jit | RuntimeKeywords.Ngen | RuntimeKeywords.EndEnumeration | (ilOffsets ? RuntimeKeywords.JittedMethodIlToNativeMap : 0);

    /// <summary>Pieces of code so far.</summary>
    public int Count => _codes.Count;

    /// <summary>Methods and offsets that were left out because of <see cref="MethodMapOptions"/>.</summary>
    public long LeftOut { get; private set; }

    /// <summary>Events that could not be read.</summary>
    public long Malformed { get; private set; }

    /// <summary>Grows with everything that is taken in, also where it takes the place of something.</summary>
    internal long Changes { get; private set; }

    /// <summary>What is missing because of <see cref="LeftOut"/> and <see cref="Malformed"/>, as a clause; empty when nothing is.</summary>
    internal string Gaps => string.Join("; ", ((string[])[
        LeftOut > 0 ? $"{LeftOut} methods or modules were left out because there were too many" : "",
        Malformed > 0 ? $"{Malformed} events of the runtime could not be read" : ""]).Where(static gap => gap.Length > 0));

    internal IEnumerable<MethodCode> Codes => _codes.Values;

    /// <summary>When the code that began at an address was last thrown away.</summary>
    internal IReadOnlyDictionary<ulong, long> Unloads => _unloads;

    internal IReadOnlyDictionary<ulong, ModuleEntry> Modules => _modules;

    /// <inheritdoc/>
    public void OnEvent(in NettraceEvent e)
    {
        var isRundown = e.Provider == EventProviders.Rundown;
        if (!isRundown && e.Provider != EventProviders.Runtime) return;
        try
        {
            Take(e, isRundown);
        }
        catch (BadNettraceException)
        {
            Malformed++;
        }
    }

    void Take(in NettraceEvent e, bool isRundown)
    {
        switch (e.Id)
        {
            case MethodLoadVerbose:
            case MethodUnloadOrEndVerbose when isRundown:
                AddMethod(e);
                break;
            case MethodUnloadOrEndVerbose:
                AddUnload(e);
                break;
            case RundownMapStart or RundownMapEnd when isRundown:
            case MapOfMethod when !isRundown:
                AddMap(e.Read());
                break;
            case RundownModuleStart or RundownModuleEnd when isRundown:
            case ModuleLoad when !isRundown:
                AddModule(e.Read());
                break;
        }
    }

    /// <summary>The map of what was collected so far.</summary>
    public MethodMap Build() => MethodMap.Empty.With(this);

    void AddMethod(in NettraceEvent e)
    {
        // MethodLoadVerbose: method, module, start, size, token, flags, type, name, signature, instance, and from version 2 on the version of the code.
        var reader = e.Read();
        ulong method = reader.ReadUInt64(), module = reader.ReadUInt64(), start = reader.ReadUInt64();
        uint size = reader.ReadUInt32(), token = reader.ReadUInt32(), flags = reader.ReadUInt32();
        var type = reader.ReadUtf16();
        var name = reader.ReadUtf16();
        if (size == 0 || size > int.MaxValue || start + size < start) return;
        reader.ReadUtf16();
        var version = 0ul;
        if (e.Version >= WithCodeVersion && reader.Remaining >= 10)
        {
            reader.Skip(2);
            version = reader.ReadUInt64();
        }
        _characters += type.Length + name.Length + 64L;
        if (_codes.Count >= _options.MaximumMethods || _characters > _options.MaximumNameCharacters)
        {
            LeftOut++;
            return;
        }
        var code = new MethodCode(start, size, token, flags, Shared(type), name.ToString(), module, e.Ticks);
        // The latest word on a range is the one that counts: memory of code that is gone is used again.
        _codes[(start, size)] = code;
        Changes++;
        if (_maps.Remove((method, version), out var map)) code.Map = map;
        else if (_options.IlOffsets) _withoutMap[(method, version)] = code;
    }

    void AddUnload(in NettraceEvent e)
    {
        // MethodUnloadVerbose has the fields of MethodLoadVerbose.
        var reader = e.Read();
        reader.Skip(2 * sizeof(ulong));
        var start = reader.ReadUInt64();
        if (_unloads.Count >= _options.MaximumMethods && !_unloads.ContainsKey(start))
        {
            LeftOut++;
            return;
        }
        _unloads[start] = e.Ticks;
        Changes++;
    }

    // Many methods have the same type.
    string Shared(ReadOnlySpan<char> type)
    {
        var known = _types.GetAlternateLookup<ReadOnlySpan<char>>();
        if (known.TryGetValue(type, out var text)) return text;
        text = type.ToString();
        _types.Add(text, text);
        return text;
    }

    void AddMap(PayloadReader reader)
    {
        if (!_options.IlOffsets) return;
        // MethodILToNativeMap: method, version of the code, extent (0: the hot part), count, offsets in the language, offsets in the code.
        ulong method = reader.ReadUInt64(), version = reader.ReadUInt64();
        if (reader.ReadByte() != 0) return;
        int count = reader.ReadUInt16();
        _offsets += count + 16L;
        if (_offsets > _options.MaximumOffsets)
        {
            LeftOut++;
            return;
        }
        // Before there is memory for them.
        if (reader.Remaining < 2 * sizeof(int) * count) throw new BadNettraceException($"An event with {count} offsets has {reader.Remaining} bytes for them.");
        int[] il = new int[count], native = new int[count];
        foreach (ref var one in il.AsSpan())
            one = reader.ReadInt32();
        foreach (ref var one in native.AsSpan())
            one = reader.ReadInt32();
        var map = new IlMap(native, il);
        // It comes before the method in the list, and after it when the method was just compiled.
        Changes++;
        if (_withoutMap.Remove((method, version), out var code)) code.Map = map;
        else _maps[(method, version)] = map;
    }

    void AddModule(PayloadReader reader)
    {
        // ModuleLoad: module, assembly, flags, reserved, path, native path, instance, id of the PDB.
        var module = reader.ReadUInt64();
        reader.Skip(16);
        var path = reader.ReadString();
        reader.ReadUtf16();
        var pdb = Guid.Empty;
        if (reader.Remaining >= 18)
        {
            reader.Skip(2);
            pdb = reader.ReadGuid();
        }
        _characters += path.Length + 64L;
        if (_characters > _options.MaximumNameCharacters)
        {
            LeftOut++;
            return;
        }
        // Modules of this process share one budget, the default one.
        _modules[module] = port.IsSelf && _options.MaximumFileBytes >= MethodMapOptions.Default.MaximumFileBytes ? ModuleEntry.Own(port, path, pdb) : new(port, path, pdb, _files);
        Changes++;
    }
}
