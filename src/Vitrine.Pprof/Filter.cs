using System.Text.RegularExpressions;
using Vitrine.Pprof.Storage;

namespace Vitrine.Pprof;

/// <summary>
/// Leaves out samples, frames and labels. The meaning is that of pprof (https://github.com/google/pprof/blob/main/profile/filter.go and prune.go); results are not compacted
/// (<see cref="Compact"/>) and samples that have become equal are not summed (<see cref="Merge"/>).
/// </summary>
public static class Filter
{
    /// <summary>Applies all conditions, in the order <c>go tool pprof</c> applies them.</summary>
    /// <exception cref="ArgumentException">A pattern is not valid.</exception>
    /// <exception cref="RegexMatchTimeoutException">A match took longer than <see cref="UserPattern.Timeout"/>.</exception>
    public static FilterResult Of(Profile profile, FrameFilter filter)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(filter);
        var unmatched = new List<string>();
        void Note(string? pattern, bool matched, string name)
        {
            if (!string.IsNullOrEmpty(pattern) && !matched)
                unmatched.Add(name);
        }

        var names = new NameFilter(profile, filter);
        profile = names.Apply();
        Note(filter.Focus, names.FocusMatched, nameof(filter.Focus));
        Note(filter.Ignore, names.IgnoreMatched, nameof(filter.Ignore));
        Note(filter.Hide, names.HideMatched, nameof(filter.Hide));
        Note(filter.Show, names.ShowMatched, nameof(filter.Show));
        if (UserPattern.Compile(filter.ShowFrom) is { } showFrom)
        {
            profile = ShowFrom(profile, showFrom, out var matched);
            Note(filter.ShowFrom, matched, nameof(filter.ShowFrom));
        }
        TagFilter? tagFocus = TagFilter.Parse(filter.TagFocus), tagIgnore = TagFilter.Parse(filter.TagIgnore);
        if (tagFocus is not null || tagIgnore is not null)
        {
            profile = ByTag(profile, tagFocus, tagIgnore, out var focused, out var ignored);
            Note(filter.TagFocus, focused, nameof(filter.TagFocus));
            Note(filter.TagIgnore, ignored, nameof(filter.TagIgnore));
        }
        Regex? tagShow = UserPattern.Compile(filter.TagShow), tagHide = UserPattern.Compile(filter.TagHide);
        if (tagShow is not null || tagHide is not null)
        {
            bool shown = false, hidden = false;
            profile = Labels.Keep(profile, label =>
            {
                bool show = tagShow?.IsMatch(label.Key) ?? true, hide = tagHide?.IsMatch(label.Key) ?? false;
                shown |= show;
                hidden |= hide;
                return show && !hide;
            });
            Note(filter.TagShow, shown, nameof(filter.TagShow));
            Note(filter.TagHide, hidden, nameof(filter.TagHide));
        }
        if (UserPattern.Compile(filter.PruneFrom) is { } pruneFrom)
            profile = Prune.From(profile, pruneFrom);
        return new FilterResult(profile, unmatched);
    }

    /// <summary>The profile with only the samples for which <paramref name="keep"/> holds, and without what they alone referred to.</summary>
    public static Profile BySample(Profile profile, Func<Sample, bool> keep)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(keep);
        return Compact.Of(SampleSelection.BySample(profile, keep));
    }

    static Profile ShowFrom(Profile profile, Regex pattern, out bool anyMatched)
    {
        var tables = profile.Tables;
        var matcher = new FrameMatcher(tables, pattern);
        var matched = new bool[tables.Locations.Count];
        var result = new LocationLines(tables.Locations.Count);
        anyMatched = false;
        for (var i = 0; i < tables.Locations.Count; i++)
        {
            ref var location = ref tables.Locations[i];
            var keep = location.LineCount;
            matched[i] = matcher.Mapping(location);
            if (!matched[i])
            {
                // The last line is the outermost function: what was inlined into the matching one stays, what it was inlined into goes.
                var last = location.LineCount - 1;
                while (last >= 0 && !matcher.Line(tables.Lines[location.FirstLine + last]))
                    last--;
                matched[i] = last >= 0;
                if (matched[i])
                    keep = last + 1;
            }
            anyMatched |= matched[i];
            result.Add(location);
            for (var l = 0; l < keep; l++)
                result.Keep(tables.Lines[location.FirstLine + l]);
        }
        return SampleSelection.ByStack(profile, result.Into(tables), (ReadOnlySpan<int> stack, Span<int> kept, out int count) =>
        {
            count = stack.Length;
            while (count > 0 && !matched[stack[count - 1]])
                count--;
            stack[..count].CopyTo(kept);
            return count > 0;
        });
    }

    static Profile ByTag(Profile profile, TagFilter? focus, TagFilter? ignore, out bool anyFocused, out bool anyIgnored)
    {
        var keep = new bool[profile.LabelSets.Count];
        var used = new bool[keep.Length];
        for (var i = 0; i < profile.Samples.Count; i++)
            used[profile.Tables.SampleLabelSets[i]] = true;
        anyFocused = anyIgnored = false;
        for (var i = 0; i < keep.Length; i++)
        {
            if (!used[i])
                continue;
            bool focused = focus?.Matches(profile.LabelSets[i]) ?? true, ignored = ignore?.Matches(profile.LabelSets[i]) ?? false;
            anyFocused |= focused;
            anyIgnored |= ignored;
            keep[i] = focused && !ignored;
        }
        return SampleSelection.BySample(profile, sample => keep[sample.LabelSetIndex]);
    }
}
