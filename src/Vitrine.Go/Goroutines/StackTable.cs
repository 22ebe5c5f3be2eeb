using System.Globalization;
using Vitrine.Go.Binary;

namespace Vitrine.Go.Goroutines;

/// <summary>The different stacks of a dump. Names, files and lines are looked up once per program counter, when first asked for. Not thread-safe.</summary>
public sealed class StackTable
{
    private readonly StackInterner _stacks;
    private readonly ReadContext _context;
    private readonly TracebackRules _rules;
    private readonly AddressMap _pcs = new();
    private readonly List<SourceFrame[]> _expanded = [];
    private readonly List<SourceFrame> _scratch = [];
    private readonly Frame[]?[] _frames;
    private readonly Frame[]?[] _visible;

    internal StackTable(StackInterner stacks, ReadContext context)
    {
        _stacks = stacks;
        _context = context;
        _rules = new TracebackRules(context.Binary.Version);
        _frames = new Frame[stacks.Count][];
        _visible = new Frame[stacks.Count][];
    }

    /// <summary>How many different stacks there are.</summary>
    public int Count => _frames.Length;

    /// <summary>All frames of a stack, innermost first; empty for -1.</summary>
    public IReadOnlyList<Frame> Frames(int stackId) => stackId < 0 ? [] : AllFrames(stackId);

    /// <summary>The frames that <c>debug=2</c> shows: runtime internals and wrappers left out, all frames when nothing would remain.</summary>
    public IReadOnlyList<Frame> VisibleFrames(int stackId)
    {
        if (stackId < 0)
            return [];
        if (_visible[stackId] is { } visible)
            return visible;
        Frame[] all = AllFrames(stackId);
        Frame[] shown = Array.FindAll(all, static frame => !frame.IsRuntimeInternal);
        return _visible[stackId] = shown.Length > 0 ? shown : all;
    }

    /// <summary>Why a stack is incomplete; null when it is complete.</summary>
    public string? IncompleteReason(int stackId)
    {
        if (stackId < 0)
            return null;
        string Last() => _stacks.Pcs(stackId).IsEmpty ? "the saved registers" : AllFrames(stackId)[^1].Function;
        return _stacks.End(stackId) switch
        {
            StackEnd.Complete => null,
            StackEnd.UnknownPc => "the saved program counter is not in a Go function",
            StackEnd.UnknownReturnAddress => $"the return address of {Last()} is not in a Go function",
            StackEnd.NoFrameSize => $"the caller of {Last()} has no frame size: it is not Go code",
            StackEnd.StackSwitch => $"{Last()} switches to another stack",
            StackEnd.OutsideStack => $"the caller of {Last()} would lie outside the goroutine's stack",
            StackEnd.TooDeep => string.Create(CultureInfo.InvariantCulture, $"it has more than {_stacks.Pcs(stackId).Length} frames, the limit"),
            _ => "the rest of the stack is above the size limit or could not be read",
        };
    }

    /// <summary>Program counters of the physical frames, innermost first, as the walker gives them.</summary>
    internal ReadOnlySpan<ulong> Pcs(int stackId) => _stacks.Pcs(stackId);

    private Frame[] AllFrames(int stackId)
    {
        if (_frames[stackId] is { } known)
            return known;
        List<Frame> frames = [];
        GoFuncId callee = GoFuncId.Normal;
        bool any = false;
        foreach (ulong framePc in _stacks.Pcs(stackId))
        {
            ulong pc = framePc & ~StackWalker.ExactPcBit;
            foreach (SourceFrame source in Expand(framePc))
            {
                bool shown = _rules.Shows(source.Function, source.FuncId, callee, isFirst: !any);
                any |= shown;
                callee = source.FuncId;
                ulong offset = unchecked(pc - _context.Bias - source.FunctionEntry);
                frames.Add(new Frame(source.Function, source.File, source.Line, source.Inlined, pc, offset, !shown));
            }
        }
        return _frames[stackId] = [.. frames];
    }

    private SourceFrame[] Expand(ulong framePc)
    {
        int number = _pcs.Add(framePc, out bool isNew);
        if (!isNew)
            return _expanded[number];
        ulong pc = unchecked((framePc & ~StackWalker.ExactPcBit) - _context.Bias);
        // A goroutine that never ran stands at the entry of its function: there is no call before that instruction.
        bool isCallSite = (framePc & StackWalker.ExactPcBit) == 0
            && !(_context.Binary.Functions.TryFind(pc, out GoFunction function) && function.Entry == pc);
        _scratch.Clear();
        _context.Binary.Functions.Expand(pc, isCallSite, _scratch);
        SourceFrame[] frames = [.. _scratch];
        _expanded.Add(frames);
        return frames;
    }
}
