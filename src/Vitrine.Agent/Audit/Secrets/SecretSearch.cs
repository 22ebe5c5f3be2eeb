using System.Globalization;
using System.Text.RegularExpressions;

namespace Vitrine.Agent.Audit.Secrets;

/// <summary>Secrets of an environment and of a command line: named, never shown. A name is shown only when it is one.</summary>
static partial class SecretSearch
{
    /// <summary>Secrets of one process that are listed; the others are counted.</summary>
    const int MostHits = 50;

    /// <summary>Variables or arguments of one process that are looked at.</summary>
    const int MostEntries = 20_000;

    /// <summary>What was found, and how many more there are.</summary>
    public readonly record struct Result(IReadOnlyList<SecretHit> Hits, int More);

    public static Result OfEnvironment(IReadOnlyList<KeyValuePair<string, string>> variables)
    {
        var hits = new Collector();
        foreach (var (name, value) in variables.Take(MostEntries))
            if ((SecretRules.Shape(value) ?? SecretRules.Named(name, value)) is { } kind)
                hits.Add(NameOf(name) ?? "a variable whose name is not shown", kind, value.Length);
        return hits.Result;
    }

    public static Result OfArguments(IReadOnlyList<string> arguments)
    {
        var hits = new Collector();
        var entries = Math.Min(arguments.Count, MostEntries);
        for (var i = 1; i < entries; i++)
        {
            var argument = arguments[i];
            var equals = argument.IndexOf('=', StringComparison.Ordinal);
            var flag = equals > 0 ? argument[..equals] : argument;
            var place = FlagOf(flag);
            if (equals > 0 && place is not null)
            {
                var value = argument[(equals + 1)..];
                if ((SecretRules.Shape(value) ?? SecretRules.Named(flag, value)) is { } kind)
                {
                    hits.Add(place, kind, value.Length);
                    continue;
                }
            }
            // --password VALUE
            else if (place is not null && flag.StartsWith('-') && i + 1 < entries && !arguments[i + 1].StartsWith('-') && SecretRules.Named(flag, arguments[i + 1]) is { } named)
            {
                hits.Add(place, SecretRules.Shape(arguments[i + 1]) ?? named, arguments[i + 1].Length);
                i++;
                continue;
            }
            if (SecretRules.Shape(argument) is { } shape)
                hits.Add(string.Create(CultureInfo.InvariantCulture, $"argument {i}"), shape, argument.Length);
        }
        return hits.Result;
    }

    static string? NameOf(string name) => Name().IsMatch(name) && SecretRules.Shape(name) is null ? name : null;

    static string? FlagOf(string flag) => Flag().IsMatch(flag) && SecretRules.Shape(flag) is null ? flag : null;

    [GeneratedRegex("^[A-Za-z_][A-Za-z0-9_.:-]{0,63}$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Name();

    [GeneratedRegex("^(-{0,2}[A-Za-z_][A-Za-z0-9_.:-]{0,63})$", RegexOptions.CultureInvariant | RegexOptions.NonBacktracking)]
    private static partial Regex Flag();

    sealed class Collector
    {
        readonly List<SecretHit> _hits = [];
        int _more;

        public void Add(string place, string kind, int length)
        {
            if (_hits.Count < MostHits)
                _hits.Add(new SecretHit(place, kind, SecretHit.LengthClass(length)));
            else
                _more++;
        }

        public Result Result => new(_hits, _more);
    }
}
