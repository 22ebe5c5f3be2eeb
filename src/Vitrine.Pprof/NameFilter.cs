using System.Text.RegularExpressions;
using Vitrine.Pprof.Storage;

namespace Vitrine.Pprof;

/// <summary>
/// Focus, ignore, hide and show in one go, because pprof decides about a sample by its frames before any of them is hidden.
/// </summary>
internal sealed class NameFilter
{
    enum Verdict : byte
    {
        Neutral,
        Focused,
        Ignored,
    }

    readonly Profile _profile;
    readonly FrameMatcher? _focus, _ignore, _hide, _show;

    public NameFilter(Profile profile, FrameFilter filter)
    {
        _profile = profile;
        FrameMatcher? Matcher(string? pattern) => UserPattern.Compile(pattern) is { } regex ? new FrameMatcher(profile.Tables, regex) : null;
        _focus = Matcher(filter.Focus);
        _ignore = Matcher(filter.Ignore);
        _hide = Matcher(filter.Hide);
        _show = Matcher(filter.Show);
    }

    public bool FocusMatched { get; private set; }

    public bool IgnoreMatched { get; private set; }

    public bool HideMatched { get; private set; }

    public bool ShowMatched { get; private set; }

    public Profile Apply()
    {
        if (_focus is null && _ignore is null && _hide is null && _show is null)
            return _profile;
        var tables = _profile.Tables;
        var verdicts = new Verdict[tables.Locations.Count];
        var hidden = new bool[tables.Locations.Count];
        var lines = new LocationLines(tables.Locations.Count);
        for (var i = 0; i < tables.Locations.Count; i++)
        {
            ref var location = ref tables.Locations[i];
            verdicts[i] = Judge(location);
            lines.Add(location);
            hidden[i] = !KeepLines(location, lines);
        }
        return SampleSelection.ByStack(_profile, lines.Into(tables), (ReadOnlySpan<int> stack, Span<int> kept, out int count) =>
        {
            count = 0;
            var focused = false;
            foreach (var location in stack)
            {
                if (verdicts[location] == Verdict.Ignored)
                    return false;
                focused |= verdicts[location] == Verdict.Focused;
                if (!hidden[location])
                    kept[count++] = location;
            }
            // A sample all of whose frames are hidden goes. One that never had a frame has nothing that could be focused on, so it goes too.
            return focused && count > 0;
        });
    }

    Verdict Judge(in LocationEntry location)
    {
        if (_ignore is not null && _ignore.Location(location))
        {
            IgnoreMatched = true;
            return Verdict.Ignored;
        }
        if (_focus is not null && !_focus.Location(location))
            return Verdict.Neutral;
        FocusMatched = true;
        return Verdict.Focused;
    }

    /// <summary>Copies the lines that stay; false when the location is to vanish from the stacks.</summary>
    bool KeepLines(in LocationEntry location, LocationLines result)
    {
        var tables = _profile.Tables;
        var hides = _hide is not null && _hide.Location(location);
        HideMatched |= hides;
        var hidesBinary = hides && _hide!.Mapping(location);
        var showsBinary = _show is not null && _show.Mapping(location);
        for (var l = 0; l < location.LineCount; l++)
        {
            ref var line = ref tables.Lines[location.FirstLine + l];
            if (hidesBinary || hides && _hide!.Line(line))
                continue;
            if (_show is null || showsBinary || _show.Line(line))
                result.Keep(line);
        }
        ShowMatched |= _show is not null && result.Kept > 0;
        // A location that had no lines to begin with stays, unless a pattern decided about it.
        return result.Kept > 0 || !hides && _show is null;
    }
}
