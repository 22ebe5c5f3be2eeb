using System.Text.RegularExpressions;

namespace Vitrine.Pprof.Storage;

/// <summary>
/// Matches lines and mappings of a profile against one pattern, asking the pattern once per function and mapping: a profile has far more locations than functions.
/// </summary>
internal sealed class FrameMatcher
{
    const byte No = 1;
    const byte Yes = 2;

    readonly ProfileTables _tables;
    readonly Regex _pattern;
    readonly byte[] _functions;
    readonly byte[] _mappings;

    public FrameMatcher(ProfileTables tables, Regex pattern)
    {
        _tables = tables;
        _pattern = pattern;
        _functions = new byte[tables.Functions.Count];
        _mappings = new byte[tables.Mappings.Count];
    }

    /// <summary>Whether the name or the file of the line's function matches.</summary>
    public bool Line(in Line line)
    {
        ref var known = ref _functions[line.Function];
        if (known == 0)
        {
            ref var function = ref _tables.Functions[line.Function];
            known = _pattern.IsMatch(_tables.Strings[function.Name]) || _pattern.IsMatch(_tables.Strings[function.FileName]) ? Yes : No;
        }
        return known == Yes;
    }

    /// <summary>Whether the path of the location's binary matches.</summary>
    public bool Mapping(in LocationEntry location)
    {
        if (location.Mapping < 0)
            return false;
        ref var known = ref _mappings[location.Mapping];
        if (known == 0)
            known = _pattern.IsMatch(_tables.Strings[_tables.Mappings[location.Mapping].File]) ? Yes : No;
        return known == Yes;
    }

    /// <summary>Whether anything of the location matches: a function, a file or the binary.</summary>
    public bool Location(in LocationEntry location)
    {
        for (var i = 0; i < location.LineCount; i++)
            if (Line(_tables.Lines[location.FirstLine + i]))
                return true;
        return Mapping(location);
    }
}
