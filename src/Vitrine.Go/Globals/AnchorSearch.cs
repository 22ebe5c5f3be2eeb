using System.Globalization;

namespace Vitrine.Go.Globals;

/// <summary>
/// Finds runtime variables in a binary without symbols by comparing what its functions refer to with what the same functions refer to in
/// a build that has symbols.
/// <para>
/// Strategy. Function names and code survive stripping; the addresses that code names do too, only the names of the variables are lost.
/// A function of the binary whose references have the same shape (kind, width, area) in the same order as in the table maps each of its
/// references to a variable at once, and the references that name the same variable check each other. Such a function is one
/// <i>vote</i>. A function that was compiled differently (other patch level, profile-guided inlining, other GOAMD64) has no vote by
/// position, but the set of offsets it uses inside one variable is still a constellation that fits few base addresses: it yields
/// <i>candidates</i>.
/// </para>
/// <para>
/// A variable is known when two functions vote for the same address and none for another; or when one function votes, refers to it at
/// least <see cref="MinOwnReferences"/> times, and maps <see cref="MinCorroboration"/> other variables that are known independently of it
/// (or refers to several of its fields, <c>2 * </c><see cref="MinOwnReferences"/> times); or, without votes, when the
/// constellations of all functions that refer to it, <see cref="MinConstellations"/> at least, fit one address and no other comes near. One
/// vote without that, or constellations that most functions show, is provisional: memory must confirm it. Everything else is unknown with the reason. It may seem enough to take the best guess and
/// let the walk of live memory catch an error; however, many variables (a rate, a counter) look plausible at any address.
/// </para>
/// <para>
/// With the table of a neighbouring version everything is provisional, and one reference to a variable must be to its first byte: between
/// versions a field is inserted now and then, which moves all later ones alike, so that any number of functions may agree on an address
/// that is off by that field (seen with runtime.sweep between 1.19 and 1.22, with runtime.memstats between 1.19 and 1.25).
/// </para>
/// </summary>
sealed class AnchorSearch
{
    /// <summary>Variables that must be known otherwise before a single function is believed about one more.</summary>
    public const int MinCorroboration = 2;

    /// <summary>References that a single function must make to a variable, so that they check each other, before it is believed about it.</summary>
    public const int MinOwnReferences = 2;

    /// <summary>Functions whose constellations must meet in one address.</summary>
    public const int MinConstellations = 3;

    readonly AnchorTable _table;
    readonly bool _sameVersion;
    readonly SymbolEvidence[] _evidence;
    int _decoded;

    AnchorSearch(AnchorTable table, bool sameVersion)
    {
        _table = table;
        _sameVersion = sameVersion;
        _evidence = new SymbolEvidence[table.Symbols.Length];
        for (int i = 0; i < _evidence.Length; i++) _evidence[i] = new();
    }

    /// <summary>Searches all variables of <paramref name="table"/>; one finding for each, in the table's order.</summary>
    /// <param name="image">The binary.</param>
    /// <param name="decoder">Decoder of its architecture.</param>
    /// <param name="table">The table.</param>
    /// <param name="sameVersion">Whether the table is of the binary's own Go version.</param>
    public static GlobalFinding[] Run(IAnchorImage image, IInstructionReferences decoder, AnchorTable table, bool sameVersion)
    {
        var search = new AnchorSearch(table, sameVersion);
        search.Collect(image, decoder);
        var found = new GlobalFinding?[table.Symbols.Length];
        search.DecideByVotes(found);
        if (sameVersion)
        {
            search.DecideByCorroboration(found);
            search.DecideByConstellation(found);
        }
        search.RejectOverlaps(found);
        return [.. found.Select((finding, symbol) => finding ?? search.LeftOver(symbol))];
    }

    void Collect(IAnchorImage image, IInstructionReferences decoder)
    {
        List<DataReference> references = [];
        for (int index = 0; index < _table.Functions.Length; index++)
        {
            AnchorFunction anchor = _table.Functions[index];
            if (!image.TryGetFunction(anchor.Name, out ulong entry, out ReadOnlyMemory<byte> code) || code.Length > AnchorLimits.MaxFunctionBytes) continue;
            references.Clear();
            decoder.Collect(code, entry, image, references);
            _decoded++;
            if (!TryMapByPosition(anchor, references, image, index)) AddCandidates(anchor, references, image, index);
        }
    }

    bool TryMapByPosition(AnchorFunction anchor, List<DataReference> references, IAnchorImage image, int index)
    {
        if (references.Count != anchor.References.Length) return false;
        Dictionary<int, ulong> bases = [];
        for (int i = 0; i < references.Count; i++)
        {
            AnchorReference expected = anchor.References[i];
            DataReference actual = references[i];
            if (!expected.HasShapeOf(actual)) return false;
            if (expected.Symbol < 0) continue;
            ulong address = actual.Address - (ulong)expected.Offset;
            if (bases.TryAdd(expected.Symbol, address) ? !IsInArea(image, expected.Symbol, address) : bases[expected.Symbol] != address) return false;
        }
        foreach ((int symbol, ulong address) in bases) _evidence[symbol].Votes.Add((index, address));
        return true;
    }

    void AddCandidates(AnchorFunction anchor, List<DataReference> references, IAnchorImage image, int index)
    {
        HashSet<(ulong, AccessKind, byte)> present = [.. references.Select(reference => (reference.Address, reference.Kind, reference.Width))];
        foreach (IGrouping<int, AnchorReference> constellation in anchor.References.Where(reference => reference.Symbol >= 0).GroupBy(reference => reference.Symbol))
        {
            AnchorReference first = constellation.First();
            HashSet<ulong> candidates = [];
            foreach (DataReference reference in references)
            {
                if (!first.HasShapeOf(reference)) continue;
                ulong address = reference.Address - (ulong)first.Offset;
                if (IsInArea(image, constellation.Key, address) && constellation.All(point => present.Contains((address + (ulong)point.Offset, point.Kind, point.Width)))) candidates.Add(address);
            }
            _evidence[constellation.Key].Constellations.Add((index, candidates));
        }
    }

    bool IsInArea(IAnchorImage image, int symbol, ulong address) =>
        image.AreaOf(address) is { } area && (area == _table.Symbols[symbol].Area || _table.Symbols[symbol].Area == DataArea.Any);

    void DecideByVotes(GlobalFinding?[] found)
    {
        for (int i = 0; i < found.Length; i++)
        {
            List<(int Function, ulong Address)> votes = _evidence[i].Votes;
            if (votes.Count == 0) continue;
            ulong address = votes[0].Address;
            int other = votes.FindIndex(vote => vote.Address != address);
            if (other >= 0)
            {
                found[i] = GlobalFinding.Unknown(string.Create(CultureInfo.InvariantCulture,
                    $"anchors disagree: {NameOf(votes[0])} says 0x{address:x}, {NameOf(votes[other])} says 0x{votes[other].Address:x}"));
            }
            else if (!_sameVersion && !SeesStart(i, votes))
            {
                found[i] = GlobalFinding.Unknown($"the anchors refer to its fields only, which may have moved since {_table.VersionText}");
            }
            else if (votes.Count >= 2)
            {
                found[i] = GlobalFinding.Known(address, votes.Count == 2
                    ? $"anchors {NameOf(votes[0])} + {NameOf(votes[1])} agree"
                    : string.Create(CultureInfo.InvariantCulture, $"anchors {NameOf(votes[0])} + {NameOf(votes[1])} + {votes.Count - 2} more agree"));
            }
        }
    }

    void DecideByCorroboration(GlobalFinding?[] found)
    {
        bool[] agreed = [.. found.Select(finding => finding is { State: GlobalState.Known })];
        for (int i = 0; i < found.Length; i++)
        {
            if (found[i] is not null || _evidence[i].Votes is not [var vote]) continue;
            AnchorReference[] references = _table.Functions[vote.Function].References;
            int[] offsets = [.. references.Where(reference => reference.Symbol == i).Select(reference => reference.Offset)];
            int corroborating = references
                .Where(reference => reference.Symbol >= 0 && agreed[reference.Symbol]).Select(reference => reference.Symbol).Distinct().Count();
            if (offsets.Length >= MinOwnReferences && corroborating >= MinCorroboration)
            {
                found[i] = GlobalFinding.Known(vote.Address, string.Create(CultureInfo.InvariantCulture,
                    $"anchor {NameOf(vote)} alone, which agrees with others on {corroborating} more variables"));
            }
            else if (offsets.Length >= 2 * MinOwnReferences && offsets.Distinct().Count() >= 2)
            {
                found[i] = GlobalFinding.Known(vote.Address, string.Create(CultureInfo.InvariantCulture,
                    $"anchor {NameOf(vote)} alone, whose {offsets.Length} references to its fields agree"));
            }
        }
    }

    void DecideByConstellation(GlobalFinding?[] found)
    {
        HashSet<ulong> taken = [.. found.Where(finding => finding is { State: GlobalState.Known }).Select(finding => finding!.Value.Address)];
        for (int i = 0; i < found.Length; i++)
        {
            if (found[i] is not null) continue;
            SymbolEvidence evidence = _evidence[i];
            int functions = evidence.Constellations.Count + evidence.Votes.Count;
            if (functions < MinConstellations) continue;

            Dictionary<ulong, int> tally = [];
            foreach ((_, ulong address) in evidence.Votes) tally[address] = tally.GetValueOrDefault(address) + 1;
            foreach ((_, HashSet<ulong> candidates) in evidence.Constellations)
                foreach (ulong address in candidates) tally[address] = tally.GetValueOrDefault(address) + 1;
            (ulong best, int score, int runnerUp) = (0, 0, 0);
            foreach ((ulong address, int count) in tally)
            {
                if (taken.Contains(address)) continue;
                if (count > score) (best, score, runnerUp) = (address, count, score);
                else if (count > runnerUp) runnerUp = count;
            }
            if (score < MinConstellations || runnerUp * 2 > score || (evidence.Votes is [var vote] && vote.Address != best)) continue;

            // A variable without fields is one point in each function, and other variables are points of the same kind: functions that were
            // compiled differently may well share such a point. Only constellations of several fields that all functions show are proof.
            bool isProof = score == functions && evidence.Constellations.TrueForAll(constellation => HasFields(i, constellation.Function));
            string route = string.Create(CultureInfo.InvariantCulture, $"the offsets used by {score} of {functions} anchors fit this address only");
            if (isProof) found[i] = GlobalFinding.Known(best, route);
            else if (score * 2 > functions) found[i] = GlobalFinding.Provisional(best, route);
        }
    }

    bool HasFields(int symbol, int function) =>
        _table.Functions[function].References.Where(reference => reference.Symbol == symbol).Select(reference => reference.Offset).Distinct().Skip(1).Any();

    void RejectOverlaps(GlobalFinding?[] found)
    {
        int[] byAddress = [.. Enumerable.Range(0, found.Length).Where(i => found[i] is { State: GlobalState.Known }).OrderBy(i => found[i]!.Value.Address)];
        for (int k = 1; k < byAddress.Length; k++)
        {
            (int low, int high) = (byAddress[k - 1], byAddress[k]);
            if (found[low] is not { State: GlobalState.Known } below || found[high] is not { State: GlobalState.Known } above) continue;
            if (below.Address + (ulong)Math.Max(_table.Symbols[low].Size, 1) <= above.Address) continue;
            found[low] = GlobalFinding.Unknown($"the address found for it overlaps that of {_table.Symbols[high].Name}");
            found[high] = GlobalFinding.Unknown($"the address found for it overlaps that of {_table.Symbols[low].Name}");
        }
    }

    GlobalFinding LeftOver(int symbol)
    {
        SymbolEvidence evidence = _evidence[symbol];
        if (_decoded == 0) return GlobalFinding.Unknown("no anchor function of the runtime was found in the function table");
        return evidence switch
        {
            { Votes: [var vote] } => GlobalFinding.Provisional(vote.Address, $"anchor {NameOf(vote)} alone"),
            { Constellations.Count: 0 } => GlobalFinding.Unknown("no anchor function that refers to it is in the binary"),
            _ => GlobalFinding.Unknown(string.Create(CultureInfo.InvariantCulture,
                $"the {evidence.Constellations.Count} anchor functions that refer to it are compiled differently from {_table.VersionText} and fit no single address")),
        };
    }

    bool SeesStart(int symbol, List<(int Function, ulong Address)> votes) => _table.Symbols[symbol].Size <= sizeof(ulong)
        || votes.Exists(vote => _table.Functions[vote.Function].References.Any(reference => reference.Symbol == symbol && reference.Offset == 0));

    string NameOf((int Function, ulong Address) vote) => _table.Functions[vote.Function].Name;

    sealed class SymbolEvidence
    {
        public List<(int Function, ulong Address)> Votes { get; } = [];

        public List<(int Function, HashSet<ulong> Candidates)> Constellations { get; } = [];
    }
}
