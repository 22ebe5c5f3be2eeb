namespace Vitrine.Go.Binary;

/// <summary>The functions of a Go binary, read in place from <c>.gopclntab</c>. All addresses are link-time addresses. Thread-safe.</summary>
public sealed class FunctionTable
{
    /// <summary>Number of functions.</summary>
    public int Count => throw new GoBinaryException("not yet");

    /// <summary>The function at <paramref name="index"/> in address order.</summary>
    public GoFunction this[int index] => throw new GoBinaryException("not yet");

    /// <summary>Finds the function that contains <paramref name="pc"/>.</summary>
    public bool TryFind(ulong pc, out GoFunction function) => throw new GoBinaryException("not yet");

    /// <summary>All functions of that full name, largest body first (an ABI0 wrapper has the name of the function it wraps). Scans the names: keep the result.</summary>
    public IReadOnlyList<GoFunction> FindByName(string name) => throw new GoBinaryException("not yet");

    /// <summary>Bytes from SP at <paramref name="pc"/> to the frame's base; -1 when unknown.</summary>
    public int SpDelta(in GoFunction function, ulong pc) => throw new GoBinaryException("not yet");

    /// <summary>Value of a PCDATA table at <paramref name="pc"/>; -1 when the function has no such table.</summary>
    public int PcData(in GoFunction function, int table, ulong pc) => throw new GoBinaryException("not yet");

    /// <summary>Link-time address of a FUNCDATA object.</summary>
    public bool TryFuncData(in GoFunction function, int index, out ulong address) => throw new GoBinaryException("not yet");

    /// <summary>
    /// Appends the source frames of <paramref name="pc"/>, innermost inlined call first, the physical function last.
    /// <paramref name="isCallSite"/>: the pc is a return address, so the call is the instruction before it.
    /// Appends nothing when the pc is in no Go function.
    /// </summary>
    public void Expand(ulong pc, bool isCallSite, List<SourceFrame> into) => throw new GoBinaryException("not yet");

    internal string NameOf(in GoFunction function) => throw new GoBinaryException("not yet");

    internal string FileOf(in GoFunction function, ulong pc) => throw new GoBinaryException("not yet");

    internal GoFuncId FuncIdOf(in GoFunction function) => throw new GoBinaryException("not yet");

    internal GoFuncFlags FlagOf(in GoFunction function) => throw new GoBinaryException("not yet");

    internal int ArgsSizeOf(in GoFunction function) => throw new GoBinaryException("not yet");

    internal uint DeferReturnOf(in GoFunction function) => throw new GoBinaryException("not yet");

    internal int StartLineOf(in GoFunction function) => throw new GoBinaryException("not yet");
}
