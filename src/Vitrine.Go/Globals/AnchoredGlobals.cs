using System.Globalization;
using Vitrine.Go.Binary;

namespace Vitrine.Go.Globals;

/// <summary>The variables that anchor functions tell about, for one binary.</summary>
sealed class AnchoredGlobals
{
    readonly Dictionary<string, GlobalFinding> _byName;
    readonly string _otherwise;

    AnchoredGlobals(Dictionary<string, GlobalFinding> byName, string otherwise)
    {
        _byName = byName;
        _otherwise = otherwise;
    }

    /// <summary>Searches a binary.</summary>
    public static AnchoredGlobals Find(GoBinary binary)
    {
        IInstructionReferences decoder = InstructionReferences.For(binary.Architecture);
        if (decoder.Unsupported is { } reason) return new(new Dictionary<string, GlobalFinding>(), reason);
        IReadOnlyList<AnchorTable> tables = TablesFor(binary.Version.Major == 1 ? binary.Version.Minor : int.MaxValue, binary.Architecture);
        return Find(GoBinaryImage.Open(binary, tables), decoder, tables, binary.Version.Minor);
    }

    /// <summary>
    /// Searches a binary for a few variables, by no more functions than mention them: a dump needs four of some sixty, and the whole search takes as
    /// long as reading 10,000 goroutines. Finds fewer of them than the whole search, never others: the rule that two functions must agree is the same.
    /// </summary>
    public static AnchoredGlobals FindFew(GoBinary binary, IReadOnlyList<string> names)
    {
        IInstructionReferences decoder = InstructionReferences.For(binary.Architecture);
        if (decoder.Unsupported is { } reason) return new(new Dictionary<string, GlobalFinding>(), reason);
        if (binary.Version.Major != 1 || AnchorTables.Find(binary.Version.Minor, binary.Architecture) is not { } table)
            return new(new Dictionary<string, GlobalFinding>(), "there is no anchor table for this Go version");
        List<AnchorFunction> functions = [];
        foreach (AnchorFunction function in table.Functions)
        {
            foreach (AnchorReference reference in function.References)
            {
                if (reference.Symbol < 0 || !names.Contains(table.Symbols[reference.Symbol].Name)) continue;
                functions.Add(function);
                break;
            }
        }
        IReadOnlyList<AnchorTable> few = [table with { Functions = [.. functions] }];
        return Find(GoBinaryImage.Open(binary, few), decoder, few, binary.Version.Minor);
    }

    /// <summary>
    /// Searches an image with given tables. The one of the binary's own version is believed; those of neighbouring versions must agree with
    /// each other, and what they say stays provisional, because a field may have moved inside a variable between the versions.
    /// </summary>
    public static AnchoredGlobals Find(IAnchorImage image, IInstructionReferences decoder, IReadOnlyList<AnchorTable> tables, int minor)
    {
        bool own = tables.Any(table => table.Minor == minor);
        Dictionary<string, GlobalFinding> byName = new(StringComparer.Ordinal);
        foreach (AnchorTable table in tables)
        {
            GlobalFinding[] findings = AnchorSearch.Run(image, decoder, table, own);
            for (int i = 0; i < findings.Length; i++)
            {
                string name = table.Symbols[i].Name;
                GlobalFinding next = own ? findings[i] : Provisional(findings[i], table);
                byName[name] = byName.TryGetValue(name, out GlobalFinding previous) ? Merge(previous, next) : next;
            }
        }
        return new(byName, tables.Count == 0
            ? "there is no anchor table for this Go version"
            : string.Create(CultureInfo.InvariantCulture, $"{tables[^1].VersionText} has no anchor function for it"));
    }

    /// <summary>What is known of a variable.</summary>
    public GlobalFinding Find(string name) => _byName.TryGetValue(name, out GlobalFinding finding) ? finding : GlobalFinding.Unknown(_otherwise);

    /// <summary>The table of the version, or the nearest older and newer ones.</summary>
    static IReadOnlyList<AnchorTable> TablesFor(int minor, string architecture)
    {
        IReadOnlyList<int> minors = AnchorTables.Minors(architecture);
        IEnumerable<int> chosen = minors.Contains(minor) ? [minor] : minors.Where(m => m < minor).TakeLast(1).Concat(minors.Where(m => m > minor).Take(1));
        return [.. chosen.Select(m => AnchorTables.Find(m, architecture)).OfType<AnchorTable>()];
    }

    static GlobalFinding Provisional(GlobalFinding finding, AnchorTable table) =>
        finding.State == GlobalState.Unknown ? finding : GlobalFinding.Provisional(finding.Address, $"{finding.Text} by the table of {table.VersionText}");

    static GlobalFinding Merge(GlobalFinding left, GlobalFinding right)
    {
        if (left.State == GlobalState.Unknown) return right;
        if (right.State == GlobalState.Unknown || left.Address == right.Address) return left;
        return GlobalFinding.Unknown(string.Create(CultureInfo.InvariantCulture, $"two versions' tables disagree: 0x{left.Address:x} ({left.Text}), 0x{right.Address:x} ({right.Text})"));
    }
}
