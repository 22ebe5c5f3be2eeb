using System.Text;
using Vitrine.Doors.Looks;

namespace Vitrine.Doors.Unix;

/// <summary>A look as one line: <c>heap seconds=5 debug=0</c>, perhaps with <c>GET</c> before it. The words are those of the URLs.</summary>
/// <param name="Service">The service; empty = the only one.</param>
/// <param name="Name">The instrument or page.</param>
/// <param name="Query">How.</param>
sealed record LookLine(string Service, string Name, LookQuery Query)
{
    /// <summary>Reads a line; null, with what is wrong, when it is none.</summary>
    public static LookLine? Parse(ReadOnlySpan<byte> utf8, out string problem)
    {
        problem = "";
        foreach (var one in utf8)
        {
            if (one is >= 0x20 and < 0x7f) continue;
            problem = "a line is written in printable ASCII";
            return null;
        }
        var words = Encoding.ASCII.GetString(utf8).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        if (words is ["GET", ..]) words = words[1..];
        if (words.Length == 0)
        {
            problem = "a line names a profile: heap seconds=5";
            return null;
        }
        var parameters = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var word in words.AsSpan(1))
        {
            var equals = word.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0 || word[..equals] is not ("seconds" or "debug" or "gc" or "rate" or "raw" or "service"))
            {
                problem = "after the profile's name come seconds=, debug=, gc=, rate=, raw= and service=, separated by spaces";
                return null;
            }
            parameters.TryAdd(word[..equals], word[(equals + 1)..]);   // the first counts, as in URLs
        }
        return new(parameters.GetValueOrDefault("service", ""), words[0], LookQuery.Of(name => parameters.GetValueOrDefault(name)));
    }
}
