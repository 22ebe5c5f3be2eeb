using System.Globalization;
using System.Text;
using Vitrine.Go.Binary;

namespace Vitrine.Go.Goroutines.Formats;

/// <summary>Formats goroutines one by one, with the rules of the target's Go version; the text is reused for the next one.</summary>
internal sealed class GoTextWriter
{
    /// <summary>From Go 1.21 on: the first 50 and the last 50 frames.</summary>
    private const int InnerFrames = 50;
    private const int OuterFrames = 50;

    /// <summary>Before: the first 100 physical frames.</summary>
    private const int OldPhysicalFrames = 100;

    private readonly GoroutineDump _dump;
    private readonly GoVersion _version;
    private readonly GoTextHeader _header;
    private readonly TracebackRules _rules;
    private readonly StringBuilder _text = new();
    private ulong[] _values = new ulong[16];

    public GoTextWriter(GoroutineDump dump)
    {
        _dump = dump;
        _version = dump.GoVersion;
        _header = new GoTextHeader(dump);
        _rules = new TracebackRules(_version);
    }

    public StringBuilder Format(Goroutine goroutine)
    {
        _text.Clear();
        _header.Append(_text, goroutine);
        if (goroutine.StackStatus == StackStatus.Running)
            _text.Append("\tgoroutine running on other thread; stack unavailable\n");
        else if (goroutine.StackStatus == StackStatus.Torn)
            // Not something the runtime prints; parsers take it as they take the line above.
            _text.Append("\tgoroutine changed while it was being read; stack unavailable\n");
        else
            AppendFrames(goroutine);
        AppendCreatedBy(goroutine);
        return _text;
    }

    private void AppendFrames(Goroutine goroutine)
    {
        IReadOnlyList<Frame> frames = goroutine.Frames;
        bool[] shown = Shown(frames);
        int visible = shown.Count(static s => s);
        int skipFrom = int.MaxValue, skip = 0;
        if (_version.AtLeast(1, 21) && visible > InnerFrames + OuterFrames)
        {
            skipFrom = InnerFrames;
            skip = visible - InnerFrames - OuterFrames;
        }

        ref readonly GoroutineRecord row = ref _dump.Row(goroutine.Index);
        int argument = row.Arguments;
        ReadOnlySpan<ulong> pcs = _dump.Stacks.Pcs(row.StackId);
        int physical = 0;
        int printed = 0;
        for (int i = 0; i < frames.Count; i++)
        {
            Frame frame = frames[i];
            ArgumentShape? shape = null;
            if (!frame.Inlined && argument >= 0)
            {
                shape = _dump.Tables.Arguments!.Shape(pcs[physical]);
                Load(shape, ref argument);
            }
            if (shown[i])
            {
                if (printed == skipFrom)
                    _text.Append(CultureInfo.InvariantCulture, $"...{skip} frames elided...\n");
                if (printed < skipFrom || printed >= skipFrom + skip)
                    Append(frame, shape);
                printed++;
            }
            if (!frame.Inlined)
                physical++;
        }
        if (!_version.AtLeast(1, 21) && visible == OldPhysicalFrames)
            _text.Append("...additional frames elided...\n");
    }

    /// <summary>Runtime internals are left out, unless nothing would remain; before Go 1.21 the walk ended after 100 physical frames, hidden ones included.</summary>
    private bool[] Shown(IReadOnlyList<Frame> frames)
    {
        int end = frames.Count;
        if (!_version.AtLeast(1, 21))
        {
            int physical = 0;
            for (end = 0; end < frames.Count && physical < OldPhysicalFrames; end++)
                physical += frames[end].Inlined ? 0 : 1;
        }
        bool[] shown = new bool[frames.Count];
        bool any = false;
        for (int i = 0; i < end; i++)
            any |= shown[i] = !frames[i].IsRuntimeInternal;
        if (!any)
            shown.AsSpan(0, end).Fill(true);
        return shown;
    }

    private void Load(ArgumentShape shape, ref int argument)
    {
        if (_values.Length < shape.Slots.Length)
            _values = new ulong[shape.Slots.Length * 2];
        for (int i = 0; i < shape.Slots.Length; i++)
            _values[i] = _dump.Tables.Arguments![argument++];
    }

    private void Append(Frame frame, ArgumentShape? shape)
    {
        _text.Append(frame.Function == "runtime.gopanic" ? "panic" : frame.Function).Append('(');
        if (frame.Inlined || shape is null)
            _text.Append("...");
        else
            shape.Format(_text, _values);
        _text.Append(CultureInfo.InvariantCulture, $")\n\t{frame.File}:{frame.Line}");
        if (!frame.Inlined && frame.PcOffset > 0)
            _text.Append(CultureInfo.InvariantCulture, $" +0x{frame.PcOffset:x}");
        _text.Append('\n');
    }

    private void AppendCreatedBy(Goroutine goroutine)
    {
        if (goroutine.CreatedBy is not { } site || !_rules.Shows(site.Function, GoFuncId.Normal, GoFuncId.Normal, isFirst: true))
            return;
        _text.Append("created by ").Append(site.Function);
        if (goroutine.ParentId is { } parent)
            _text.Append(CultureInfo.InvariantCulture, $" in goroutine {parent}");
        _text.Append(CultureInfo.InvariantCulture, $"\n\t{site.File}:{site.Line}");
        if (site.PcOffset > 0)
            _text.Append(CultureInfo.InvariantCulture, $" +0x{site.PcOffset:x}");
        _text.Append('\n');
    }
}
