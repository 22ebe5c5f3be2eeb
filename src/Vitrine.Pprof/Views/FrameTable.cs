using System.Runtime.InteropServices;
using Vitrine.Pprof.Storage;

namespace Vitrine.Pprof.Views;

/// <summary>Numbers the frames of one or more profiles: equal frames get the same number. Each function and each line of it is looked at once, not once per stack.</summary>
internal sealed class FrameTable(FrameGranularity granularity)
{
    readonly Dictionary<CallFrame, int> _index = [];
    readonly List<CallFrame> _frames = [];

    public IReadOnlyList<CallFrame> Frames => _frames;

    public int Intern(CallFrame frame)
    {
        // Functions of the same name are one frame although the file differs (a build path, a vendored copy): names are what people compare.
        var key = granularity == FrameGranularity.Function ? new CallFrame(frame.Name, "", 0) : frame;
        if (_index.TryGetValue(key, out var number))
        {
            // Which of several files is shown must not depend on the order of the tables either.
            var shown = _frames[number].File;
            if (frame.File.Length > 0 && (shown.Length == 0 || string.CompareOrdinal(frame.File, shown) < 0))
                _frames[number] = frame;
            return number;
        }
        number = _frames.Count;
        _index.Add(key, number);
        _frames.Add(frame);
        return number;
    }

    /// <summary>Per location of the profile its frames, outermost call first (the order of a stack read from the root).</summary>
    public SequenceStore<int> OfLocations(Profile profile)
    {
        var result = new SequenceStore<int>();
        var functions = new int[profile.Functions.Count];
        Array.Fill(functions, -1);
        var frames = new List<int>();
        foreach (var location in profile.Locations)
        {
            frames.Clear();
            for (var i = location.LineCount - 1; i >= 0; i--)
                frames.Add(OfLine(profile, location, location.Line(i), functions));
            if (frames.Count == 0)
                frames.Add(Intern(Unsymbolised(location)));
            result.Add(CollectionsMarshal.AsSpan(frames));
        }
        return result;
    }

    int OfLine(Profile profile, Location location, Line line, int[] functions)
    {
        if (line.Function < 0)
            return Intern(Unsymbolised(location));
        var byLine = granularity == FrameGranularity.FunctionLine;
        if (!byLine && functions[line.Function] >= 0)
            return functions[line.Function];
        var function = profile.Functions[line.Function];
        var name = function.Name.Length > 0 ? function.Name : function.SystemName;
        if (name.Length == 0)
            return functions[line.Function] = Intern(Unsymbolised(location));
        var number = Intern(new CallFrame(name, function.FileName, byLine ? Math.Max(0, line.LineNumber) : 0));
        functions[line.Function] = number;
        return number;
    }

    /// <summary>Named as <c>go tool pprof</c> does: the binary in brackets. With lines asked for, the address tells places apart.</summary>
    CallFrame Unsymbolised(Location location)
    {
        var file = location.Mapping?.File ?? "";
        var name = file.Length == 0 ? "<unknown>" : $"[{file[(file.LastIndexOfAny(['/', '\\']) + 1)..]}]";
        return granularity == FrameGranularity.FunctionLine && location.Address != 0
            ? new CallFrame($"{name} 0x{location.Address:x}", file, 0)
            : new CallFrame(name, file, 0);
    }
}
