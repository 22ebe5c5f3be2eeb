using Vitrine.Go.Globals;

namespace Vitrine.RuntimeTables;

/// <summary>
/// Chooses the anchor functions of one Go version and records what they refer to. A function is a good anchor when the same program built
/// in other ways (position-independent, other GOAMD64, next to nothing linked in) has it with the same references in the same order.
/// </summary>
static class AnchorTableBuilder
{
    /// <summary>Anchors that are kept per wanted variable.</summary>
    const int AnchorsPerVariable = 10;

    /// <summary>Builds the table.</summary>
    /// <param name="minor">N of Go 1.N.</param>
    /// <param name="versionText">Exact version.</param>
    /// <param name="architecture">GOARCH.</param>
    /// <param name="primary">The build whose references are recorded.</param>
    /// <param name="others">The same program built in other ways; used to choose.</param>
    /// <param name="decoder">Decoder of the architecture.</param>
    /// <param name="wanted">Names of the variables that must get anchors; names the version does not have are ignored.</param>
    public static AnchorTable Build(
        int minor, string versionText, string architecture, SymbolizedBuild primary, IReadOnlyList<SymbolizedBuild> others,
        IInstructionReferences decoder, IReadOnlySet<string> wanted)
    {
        HashSet<string> wandering = [.. others.Append(primary).SelectMany(build => build.Areas).Where(symbol => IsVariable(symbol.Name))
            .Distinct().GroupBy(symbol => symbol.Name).Where(areas => areas.Count() > 1).Select(areas => areas.Key)];
        List<Candidate> candidates = [];
        foreach (string name in primary.Functions.Where(IsCandidate))
        {
            if (Describe(primary, decoder, name, wandering) is not { Count: > 1 } references) continue;
            if (!references.Any(reference => wanted.Contains(reference.Symbol))) continue;
            int same = others.Count(other => Describe(other, decoder, name, wandering) is { } twin && twin.SequenceEqual(references));
            int present = others.Count(other => other.Image.TryGetFunction(name, out _, out _));
            candidates.Add(new(name, references, same, present));
        }

        HashSet<Candidate> chosen = [];
        foreach (string variable in wanted.Order(StringComparer.Ordinal))
        {
            chosen.UnionWith(candidates.Where(candidate => candidate.References.Any(reference => reference.Symbol == variable))
                .OrderByDescending(candidate => candidate.Same).ThenByDescending(candidate => candidate.Present)
                .ThenBy(candidate => candidate.References.Count).ThenBy(candidate => candidate.Name, StringComparer.Ordinal)
                .Take(AnchorsPerVariable));
        }

        Dictionary<string, AnchorSymbol> symbols = [];
        foreach (Reference reference in chosen.SelectMany(candidate => candidate.References).Where(reference => reference.Symbol.Length > 0))
            symbols.TryAdd(reference.Symbol, new(reference.Symbol, reference.Area, reference.SymbolSize));
        AnchorSymbol[] sorted = [.. symbols.Values.OrderBy(symbol => symbol.Name, StringComparer.Ordinal)];
        Dictionary<string, int> numbers = sorted.Select((symbol, number) => (symbol.Name, number)).ToDictionary();
        return new(minor, versionText, architecture, sorted,
            [.. chosen.OrderBy(candidate => candidate.Name, StringComparer.Ordinal).Select(candidate => new AnchorFunction(candidate.Name,
                [.. candidate.References.Select(reference => new AnchorReference(reference.Kind, reference.Width, reference.Area,
                    reference.Symbol.Length > 0 ? numbers[reference.Symbol] : -1, reference.Offset))]))]);
    }

    static List<Reference>? Describe(SymbolizedBuild build, IInstructionReferences decoder, string function, HashSet<string> wandering)
    {
        if (!build.Image.TryGetFunction(function, out ulong entry, out ReadOnlyMemory<byte> code) || code.Length > AnchorLimits.MaxFunctionBytes) return null;
        List<DataReference> references = [];
        decoder.Collect(code, entry, build.Image, references);
        return [.. references.Select(reference =>
            build.TryFindObject(reference.Address, out (string Name, ulong Address, ulong Size) symbol) && IsVariable(symbol.Name)
                ? new Reference(reference.Kind, reference.Width, wandering.Contains(symbol.Name) ? DataArea.Any : reference.Area, symbol.Name, (int)(reference.Address - symbol.Address), (int)symbol.Size)
                : new Reference(reference.Kind, reference.Width, reference.Area, "", 0, 0))];
    }

    // Functions of other packages are welcome: the runtime provides some under their names (sync.runtime_Semrelease, runtime/debug.setGCPercent).
    static bool IsCandidate(string function) => !function.StartsWith("main.", StringComparison.Ordinal) && !function.EndsWith(".abi0", StringComparison.Ordinal)
        && !function.Contains("..", StringComparison.Ordinal) && function.All(c => c is > ' ' and <= '~');

    // Leaves out what the compiler or linker makes up and numbers: its names and contents differ between builds (runtime..stmp_12, runtime.gcbits.07).
    static bool IsVariable(string name) =>
        (name.StartsWith("runtime.", StringComparison.Ordinal) || name.StartsWith("internal/", StringComparison.Ordinal))
        && !name.Contains("..", StringComparison.Ordinal) && !name.StartsWith("runtime.gcbits.", StringComparison.Ordinal)
        && name.All(c => c is > ' ' and <= '~');

    readonly record struct Reference(AccessKind Kind, byte Width, DataArea Area, string Symbol, int Offset, int SymbolSize);

    sealed record Candidate(string Name, List<Reference> References, int Same, int Present);
}
