namespace Vitrine.Go.Binary;

/// <summary>A physical function of the binary. A view into the function table: nothing is copied, the name is decoded when asked for.</summary>
public readonly record struct GoFunction
{
    internal GoFunction(FunctionTable table, int index, ulong entry, ulong end, uint record)
    {
        Table = table;
        Index = index;
        Entry = entry;
        End = end;
        Record = record;
    }

    /// <summary>Position in the function table, in address order.</summary>
    public int Index { get; }

    /// <summary>Link-time address of the first instruction.</summary>
    public ulong Entry { get; }

    /// <summary>Link-time address behind the last instruction (the entry of the next function, so alignment padding is included).</summary>
    public ulong End { get; }

    /// <summary>Full name, e.g. <c>runtime.gopark</c> or <c>main.(*T).Method</c>.</summary>
    public string Name => Table.NameOf(this);

    /// <summary>Source file as the compiler recorded it; empty when unknown.</summary>
    public string File => Table.FileOf(this, Entry);

    /// <summary>Which special function of the runtime this is, if any.</summary>
    public GoFuncId FuncId => Table.FuncIdOf(this);

    /// <summary>The runtime's function flags, see <see cref="GoFuncFlags"/>.</summary>
    public GoFuncFlags Flag => Table.FlagOf(this);

    /// <summary>Size of the argument area in bytes; negative when it varies.</summary>
    public int ArgsSize => Table.ArgsSizeOf(this);

    /// <summary>Offset from <see cref="Entry"/> of the call to <c>deferreturn</c>; 0 when there is none.</summary>
    public uint DeferReturn => Table.DeferReturnOf(this);

    /// <summary>Line of the <c>func</c> keyword; 0 when unknown (before Go 1.20).</summary>
    public int StartLine => Table.StartLineOf(this);

    internal FunctionTable Table { get; }

    /// <summary>Offset of the <c>_func</c> record in pclntab's function data.</summary>
    internal uint Record { get; }
}
