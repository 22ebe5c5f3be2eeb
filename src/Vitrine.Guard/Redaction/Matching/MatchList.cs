using System.Runtime.InteropServices;

namespace Vitrine.Guard.Redaction.Matching;

/// <summary>What the rules found in one text.</summary>
sealed class MatchList
{
    const int Few = 16;

    readonly List<Match> _matches = [];

    public int Count => _matches.Count;

    public ReadOnlySpan<Match> All => CollectionsMarshal.AsSpan(_matches);

    public void Add(int start, int end, int rule)
    {
        if (end > start)
            _matches.Add(new Match(start, end, rule));
    }

    /// <summary>Lets the last place reach to <paramref name="end"/>.</summary>
    public void ExtendLast(int end) => CollectionsMarshal.AsSpan(_matches)[^1] = _matches[^1] with { End = end };

    public void Clear()
    {
        _matches.Clear();
        // One huge text should not be remembered for ever.
        if (_matches.Capacity > 1 << 16)
            _matches.TrimExcess();
    }

    static void Sort(Span<Match> matches)
    {
        if (matches.Length > Few)
        {
            matches.Sort(static (x, y) => x.Start != y.Start ? x.Start.CompareTo(y.Start) : x.Rule.CompareTo(y.Rule));
            return;
        }
        // Each rule adds in order, and most texts have two or three places: insertion is done before the library's sort has begun.
        for (var i = 1; i < matches.Length; i++)
        {
            var moving = matches[i];
            var at = i;
            for (; at > 0 && (matches[at - 1].Start > moving.Start || matches[at - 1].Start == moving.Start && matches[at - 1].Rule > moving.Rule); at--)
                matches[at] = matches[at - 1];
            matches[at] = moving;
        }
    }

    public void Set(int index, Match match) => _matches[index] = match;

    /// <summary>Brings the places from <paramref name="first"/> on, found in a text without escapes, back to where they stand in the source.</summary>
    public void Place(int first, DecodedView view)
    {
        foreach (ref var match in CollectionsMarshal.AsSpan(_matches)[first..])
            match = match with { Start = view.Place(match.Start), End = view.Place(match.End) };
    }

    public void Truncate(int count) => CollectionsMarshal.SetCount(_matches, count);

    /// <summary>
    /// Brings the places into order and joins those that overlap: what any rule found is covered. Under the lowest number, but an e-mail address does not reach out of the credentials of a URL
    /// (<c>pw@host</c>), so that the host stays.
    /// </summary>
    public void Settle(int credentials, int email)
    {
        if (_matches.Count < 2)
            return;
        var all = CollectionsMarshal.AsSpan(_matches);
        Sort(all);
        var kept = 0;
        for (var i = 1; i < all.Length; i++)
        {
            ref var last = ref all[kept];
            var next = all[i];
            if (next.Start >= last.End)
                all[++kept] = next;
            else if (last.Rule != credentials || next.Rule != email)
                last = new Match(last.Start, Math.Max(last.End, next.End), Math.Min(last.Rule, next.Rule));
        }
        Truncate(kept + 1);
    }
}
