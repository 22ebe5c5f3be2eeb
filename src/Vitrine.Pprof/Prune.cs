using System.Text.RegularExpressions;
using Vitrine.Pprof.Storage;

namespace Vitrine.Pprof;

/// <summary>Cuts uninteresting frames (allocators, profilers) off the leaf end of stacks, as pprof's prune.go does.</summary>
public static partial class Prune
{
    /// <summary>
    /// Applies the profile's own <see cref="Profile.DropFrames"/> and <see cref="Profile.KeepFrames"/>, as every view of <c>go tool pprof</c> does before anything else.
    /// </summary>
    public static Profile Uninteresting(Profile profile)
    {
        ArgumentNullException.ThrowIfNull(profile);
        if (profile.DropFrames.Length == 0)
            return profile;
        var drop = UserPattern.Compile($"^({profile.DropFrames})$")!;
        var keep = profile.KeepFrames.Length == 0 ? null : UserPattern.Compile($"^({profile.KeepFrames})$");
        return Below(profile, drop, keep);
    }

    /// <summary>
    /// Cuts each stack at the matching frame nearest to the root, with everything it called, unless no other frame would be left above it.
    /// </summary>
    /// <param name="profile">The profile.</param>
    /// <param name="drop">Matches the function's name without its arguments.</param>
    /// <param name="keep">Exempts functions from <paramref name="drop"/>.</param>
    public static Profile Below(Profile profile, Regex drop, Regex? keep = null)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(drop);
        var tables = profile.Tables;
        var isDropped = new FunctionVerdicts(tables, name => drop.IsMatch(name) && keep?.IsMatch(name) != true);
        var prune = new bool[tables.Locations.Count];
        var pruneBeneath = new bool[tables.Locations.Count];
        var lines = new LocationLines(tables.Locations.Count);
        for (var i = 0; i < tables.Locations.Count; i++)
        {
            ref var location = ref tables.Locations[i];
            var match = location.LineCount - 1;
            while (match >= 0 && !isDropped.Of(tables.Lines[location.FirstLine + match].Function))
                match--;
            pruneBeneath[i] = match >= 0;
            prune[i] = match >= 0 && match == location.LineCount - 1;
            lines.Add(location);
            // Where the outermost function itself matches, the location is cut away as a whole; where an inlined one matches, only it and what it inlined.
            for (var l = prune[i] ? 0 : match + 1; l < location.LineCount; l++)
                lines.Keep(tables.Lines[location.FirstLine + l]);
        }
        return SampleSelection.ByStack(profile, lines.Into(tables), (ReadOnlySpan<int> stack, Span<int> kept, out int count) =>
        {
            var first = FirstKept(stack, prune, pruneBeneath);
            count = stack.Length - first;
            stack[first..].CopyTo(kept);
            return true;
        });
    }

    static int FirstKept(ReadOnlySpan<int> stack, bool[] prune, bool[] pruneBeneath)
    {
        var foundUser = false;
        for (var i = stack.Length - 1; i >= 0; i--)
        {
            if (!pruneBeneath[stack[i]])
                foundUser = true;
            else if (foundUser)
                return prune[stack[i]] ? i + 1 : i;
        }
        return 0;
    }

    /// <summary>Cuts each stack below its first matching frame, seen from the leaf; the matching frame stays.</summary>
    public static Profile From(Profile profile, Regex pattern)
    {
        ArgumentNullException.ThrowIfNull(profile);
        ArgumentNullException.ThrowIfNull(pattern);
        var tables = profile.Tables;
        var isMatch = new FunctionVerdicts(tables, pattern.IsMatch);
        var matched = new bool[tables.Locations.Count];
        var lines = new LocationLines(tables.Locations.Count);
        for (var i = 0; i < tables.Locations.Count; i++)
        {
            ref var location = ref tables.Locations[i];
            var first = 0;
            while (first < location.LineCount && !isMatch.Of(tables.Lines[location.FirstLine + first].Function))
                first++;
            matched[i] = first < location.LineCount;
            lines.Add(location);
            for (var l = matched[i] ? first : 0; l < location.LineCount; l++)
                lines.Keep(tables.Lines[location.FirstLine + l]);
        }
        return SampleSelection.ByStack(profile, lines.Into(tables), (ReadOnlySpan<int> stack, Span<int> kept, out int count) =>
        {
            var first = 0;
            while (first < stack.Length && !matched[stack[first]])
                first++;
            var keep = first == stack.Length ? stack : stack[first..];
            count = keep.Length;
            keep.CopyTo(kept);
            return true;
        });
    }

    /// <summary>The name without a leading dot (PowerPC's ELF v1) and without the argument list of an unsimplified C++ name.</summary>
    static string SimpleName(string name)
    {
        if (name.StartsWith('.'))
            name = name[1..];
        foreach (var match in OpeningBracket().EnumerateMatches(name))
            if (match.Length == 1)
                return name[..match.Index];
        return name;
    }

    // Two names contain a bracket that opens no argument list. The alternatives of several characters come first, so that they are taken whole.
    [GeneratedRegex(@"\(anonymous namespace\)|operator\(\)|\(", RegexOptions.CultureInvariant)]
    private static partial Regex OpeningBracket();

    /// <summary>Asks once per function.</summary>
    sealed class FunctionVerdicts(ProfileTables tables, Func<string, bool> rule)
    {
        readonly byte[] _known = new byte[tables.Functions.Count];

        public bool Of(int function)
        {
            ref var known = ref _known[function];
            if (known == 0)
            {
                var name = tables.Strings[tables.Functions[function].Name];
                known = name.Length > 0 && rule(SimpleName(name)) ? (byte)2 : (byte)1;
            }
            return known == 2;
        }
    }
}
