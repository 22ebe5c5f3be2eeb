using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Text;
using Vitrine.Linux.Binaries;

namespace Vitrine.Go.Binary;

/// <summary>
/// The functions of a Go binary, read in place from <c>.gopclntab</c>: nothing is copied up front, names and lines are decoded when asked for
/// (a large service has 100,000 functions and 60 MB of tables, and a host has many services). All addresses are link-time addresses.
/// Thread-safe. Bytes that make no sense answer "unknown" (-1, empty, false), never an exception.
/// </summary>
public sealed class FunctionTable
{
    readonly ElfFile elf;
    readonly ulong fileOffset;
    readonly ulong fileLength;
    readonly PclnHeader header;
    readonly TextMap text;
    readonly InlineTrees inlining;
    readonly Lazy<GoFuncId[]> funcIds;
    readonly ConcurrentDictionary<uint, string> files = new();
    readonly ulong functionData;

    internal FunctionTable(BinaryImage image, PclnLocation location, ModuleData module, GoVersion version)
    {
        elf = image.Elf;
        fileOffset = location.FileOffset;
        fileLength = location.Length;
        header = location.Header;
        functionData = module.GoFunc;
        text = new TextMap(module.Text, module.TextSections);
        inlining = new InlineTrees(image, header.HasStartLines);
        funcIds = new Lazy<GoFuncId[]>(() => FuncIdMap.Of(version) ?? FuncIdMap.Learn(this));
    }

    /// <summary>Number of functions.</summary>
    public int Count => header.FunctionCount;

    /// <summary>Bytes of one instruction quantum: 1 on amd64, 4 on arm64.</summary>
    public int Quantum => header.Quantum;

    ReadOnlySpan<byte> Table => elf.Bytes(fileOffset, fileLength);

    /// <summary>The function at <paramref name="index"/> in address order.</summary>
    public GoFunction this[int index]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(index);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(index, Count);
            return At(Table, index);
        }
    }

    /// <summary>Finds the function that contains <paramref name="pc"/>.</summary>
    public bool TryFind(ulong pc, out GoFunction function)
    {
        var table = Table;
        if (text.TryOffset(pc, out var offset) && TryIndex(table, offset, out var index))
        {
            function = At(table, index);
            // The table is untrusted: with offsets out of order the search may end anywhere.
            if (pc >= function.Entry && pc < function.End)
                return true;
        }
        function = default;
        return false;
    }

    /// <summary>
    /// All functions of that full name, largest body first (an ABI0 wrapper has the name of the function it wraps). Generic instances are named
    /// as Go prints them, <c>F[...]</c>. Looks at every function (some milliseconds for 100,000): ask for several at once, keep the result.
    /// </summary>
    public IReadOnlyList<GoFunction> FindByName(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return FindByNames([name])[name];
    }

    /// <summary>As <see cref="FindByName"/> for many names in one pass. Every name is a key of the result; its list is empty when there is no such function.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<GoFunction>> FindByNames(IReadOnlyCollection<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        return FunctionNames.Find(this, Table, header, names);
    }

    /// <summary>
    /// True when the linker kept the name, be it for a body or for calls that were inlined. A name that is mentioned and has no body is a
    /// function that was inlined wherever it is called.
    /// </summary>
    public bool MentionsName(string name)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        var names = Table[header.Names..header.CompileUnits];
        return FunctionNames.Mentions(names, name + "\0") || FunctionNames.Mentions(names, name.Replace("[...]", "", StringComparison.Ordinal) + "[");
    }

    /// <summary>Bytes from SP at <paramref name="pc"/> to the frame's base, as the runtime's unwinder uses them (a return address is looked up as it is); -1 when unknown.</summary>
    public int SpDelta(in GoFunction function, ulong pc)
    {
        var table = Table;
        return ValueAt(table, function, Record(table, function).PcSp, pc);
    }

    /// <summary>Value of PCDATA table <paramref name="table"/> at <paramref name="pc"/>; -1 when the function has no such table.</summary>
    public int PcData(in GoFunction function, int table, ulong pc)
    {
        var bytes = Table;
        return ValueAt(bytes, function, Record(bytes, function).PcData(table), pc);
    }

    /// <summary>Link-time address of FUNCDATA object <paramref name="index"/>; false when the function has none.</summary>
    public bool TryFuncData(in GoFunction function, int index, out ulong address)
    {
        var offset = Record(Table, function).FuncData(index);
        address = offset == uint.MaxValue || functionData == 0 ? 0 : unchecked(functionData + offset);
        return address != 0;
    }

    /// <summary>
    /// Appends the source frames of <paramref name="pc"/>, innermost inlined call first, the physical function last, as <c>runtime.CallersFrames</c>
    /// does; wrappers are included (<see cref="SourceFrame.FuncId"/> lets the walker leave them out). Appends nothing when the pc is in no Go function.
    /// </summary>
    /// <param name="pc">Link-time address.</param>
    /// <param name="isCallSite">The pc is a return address, so the call is the instruction before it.</param>
    /// <param name="into">Receives the frames.</param>
    [SkipLocalsInit]
    public void Expand(ulong pc, bool isCallSite, List<SourceFrame> into)
    {
        ArgumentNullException.ThrowIfNull(into);
        if (!TryFind(pc, out var function))
            return;
        if (isCallSite && pc > function.Entry)
            pc--;

        var table = Table;
        var record = Record(table, function);
        Span<InlinePosition> positions = stackalloc InlinePosition[GoBinaryLimits.MaxInlineDepth];
        var count = Positions(table, function, record, pc, positions);
        for (var i = 0; i < count; i++)
        {
            ref readonly var at = ref positions[i];
            var (file, line) = LineAt(table, function, record, at.Pc);
            into.Add(new SourceFrame(
                Name(table, at.NameOffset), file, line, Inlined: i < count - 1, Translate(at.FuncId), function.Entry, Math.Max(0, at.StartLine)));
        }
    }

    /// <summary>
    /// As <see cref="Expand"/> at exactly <paramref name="pc"/>, with the linker's names and the position of each call: what a profile in the form
    /// of runtime/pprof needs.
    /// </summary>
    [SkipLocalsInit]
    internal void ExpandSymbols(ulong pc, List<SymbolFrame> into)
    {
        if (!TryFind(pc, out var function))
            return;
        var table = Table;
        var record = Record(table, function);
        Span<InlinePosition> positions = stackalloc InlinePosition[GoBinaryLimits.MaxInlineDepth];
        var count = Positions(table, function, record, pc, positions);
        for (var i = 0; i < count; i++)
        {
            ref readonly var at = ref positions[i];
            var (file, line) = LineAt(table, function, record, at.Pc);
            var symbol = Symbol(table, at.NameOffset);
            into.Add(new SymbolFrame(
                at.Pc, symbol, FunctionNames.ForPrint(symbol), file, line, Inlined: i < count - 1, Translate(at.FuncId), function.Entry, Math.Max(0, at.StartLine)));
        }
    }

    /// <summary>File and line of the physical function's code at <paramref name="pc"/>; empty and 0 when unknown. Inlining is not looked at, so this is the innermost position.</summary>
    public (string File, int Line) FileLine(in GoFunction function, ulong pc)
    {
        var table = Table;
        return LineAt(table, function, Record(table, function), pc);
    }

    internal string NameOf(in GoFunction function)
    {
        var table = Table;
        return Name(table, Record(table, function).NameOffset);
    }

    internal string NameAt(int offset) => Name(Table, offset);

    internal string FileOf(in GoFunction function, ulong pc) => FileLine(function, pc).File;

    internal GoFuncId FuncIdOf(in GoFunction function) => Translate(RawFuncIdOf(function));

    internal byte RawFuncIdOf(in GoFunction function) => Record(Table, function).FuncId;

    internal GoFuncFlags FlagOf(in GoFunction function) => (GoFuncFlags)Record(Table, function).Flags;

    internal int ArgsSizeOf(in GoFunction function) => Record(Table, function).ArgsSize;

    internal uint DeferReturnOf(in GoFunction function) => Record(Table, function).DeferReturn;

    internal int StartLineOf(in GoFunction function) => Math.Max(0, Record(Table, function).StartLine);

    /// <summary>The calls that are inlined at a pc, innermost first, and the physical function last; 0 when the record is damaged.</summary>
    int Positions(ReadOnlySpan<byte> table, in GoFunction function, FunctionRecord record, ulong pc, Span<InlinePosition> positions)
    {
        if (!record.IsValid)
            return 0;
        var count = 0;
        if (TryFuncData(function, InlineTrees.FuncData, out var tree))
        {
            while (count < positions.Length - 1)
            {
                var index = ValueAt(table, function, record.PcData(InlineTrees.PcData), pc);
                if (index < 0 || !inlining.TryRead(tree, index, out var call))
                    break;
                positions[count++] = new InlinePosition(pc, call.NameOffset, call.FuncId, call.StartLine);
                // parentPc is the call site inside the caller: an address of the call itself, not a return address.
                var parent = unchecked(function.Entry + (uint)call.ParentPc);
                if (call.ParentPc < 0 || parent >= function.End)
                    break;
                pc = parent;
            }
        }
        positions[count++] = new InlinePosition(pc, record.NameOffset, record.FuncId, record.StartLine);
        return count;
    }

    GoFuncId Translate(byte raw)
    {
        var map = funcIds.Value;
        return raw < map.Length ? map[raw] : GoFuncId.Unknown;
    }

    GoFunction At(ReadOnlySpan<byte> table, int index)
    {
        var pair = table[(header.Functions + 8 * index)..];
        return new GoFunction(
            this,
            index,
            text.Address(BinaryPrimitives.ReadUInt32LittleEndian(pair)),
            text.Address(BinaryPrimitives.ReadUInt32LittleEndian(pair[8..])),
            BinaryPrimitives.ReadUInt32LittleEndian(pair[4..]));
    }

    /// <summary>The last function whose entry is at or below <paramref name="offset"/>.</summary>
    bool TryIndex(ReadOnlySpan<byte> table, uint offset, out int index)
    {
        var entries = table.Slice(header.Functions, 8 * header.FunctionCount + 4);
        int low = 0, high = header.FunctionCount;
        while (low < high)
        {
            var middle = (low + high) >>> 1;
            if (BinaryPrimitives.ReadUInt32LittleEndian(entries[(8 * middle)..]) <= offset)
                low = middle + 1;
            else
                high = middle;
        }
        index = low - 1;
        return index >= 0;
    }

    FunctionRecord Record(ReadOnlySpan<byte> table, in GoFunction function)
    {
        var at = (ulong)header.Functions + function.Record;
        return new FunctionRecord(at < (ulong)table.Length ? table[(int)at..] : default, header.HasStartLines);
    }

    int ValueAt(ReadOnlySpan<byte> table, in GoFunction function, uint tableOffset, ulong pc)
    {
        var at = (ulong)header.PcTables + tableOffset;
        if (tableOffset == 0 || at >= (ulong)header.Functions || pc < function.Entry)
            return -1;
        return PcValue.Find(table[(int)at..header.Functions], pc - function.Entry, header.Quantum);
    }

    (string File, int Line) LineAt(ReadOnlySpan<byte> table, in GoFunction function, FunctionRecord record, ulong pc)
    {
        if (!record.IsValid)
            return ("", 0);
        var file = ValueAt(table, function, record.PcFile, pc);
        var line = ValueAt(table, function, record.PcLine, pc);
        return file < 0 || line < 0 ? ("", 0) : (File(table, record.CompileUnitOffset, file), line);
    }

    // A compile unit's files: cutab[unit + number] is an offset into the file names, all ones when the linker dropped the name.
    string File(ReadOnlySpan<byte> table, uint unit, int number)
    {
        var at = (ulong)header.CompileUnits + 4 * ((ulong)unit + (uint)number);
        if (at + 4 > (ulong)header.Files)
            return "";
        var offset = BinaryPrimitives.ReadUInt32LittleEndian(table[(int)at..]);
        if (offset == uint.MaxValue)
            return "";
        if (files.TryGetValue(offset, out var known))
            return known;
        var name = (ulong)header.Files + offset < (ulong)header.PcTables ? Text(table[(int)(header.Files + offset)..header.PcTables]) : "";
        // Bounded: a hostile table could hand out every offset as a file name.
        if (files.Count < GoBinaryLimits.MaxKeptFiles)
            files.TryAdd(offset, name);
        return name;
    }

    string Name(ReadOnlySpan<byte> table, int offset) => FunctionNames.ForPrint(Symbol(table, offset));

    // Offset 0 is the name of the first function, although the runtime takes it for "no name".
    string Symbol(ReadOnlySpan<byte> table, int offset) =>
        offset < 0 || offset >= header.CompileUnits - header.Names ? "" : Text(table[(header.Names + offset)..header.CompileUnits]);

    static string Text(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length > GoBinaryLimits.MaxFunctionNameBytes)
            bytes = bytes[..GoBinaryLimits.MaxFunctionNameBytes];
        var end = bytes.IndexOf((byte)0);
        return Encoding.UTF8.GetString(end < 0 ? bytes : bytes[..end]);
    }
}
