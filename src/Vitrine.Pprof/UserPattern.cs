using System.Text.RegularExpressions;

namespace Vitrine.Pprof;

/// <summary>
/// A regular expression somebody typed. Matched without backtracking, so that neither a clumsy pattern nor a hostile name can take more than linear time (Go's own
/// engine has the same property and nearly the same syntax), and with a timeout all the same.
/// </summary>
public static class UserPattern
{
    /// <summary>The longest pattern taken.</summary>
    public const int MaxLength = 4096;

    /// <summary>The longest that one match may take.</summary>
    public static readonly TimeSpan Timeout = TimeSpan.FromSeconds(1);

    /// <summary>Compiles a pattern; null or empty gives null, which stands for no condition.</summary>
    /// <exception cref="ArgumentException">The pattern is not valid; the message says why.</exception>
    public static Regex? Compile(string? pattern)
    {
        if (string.IsNullOrEmpty(pattern))
            return null;
        if (pattern.Length > MaxLength)
            throw new ArgumentException($"The pattern has {pattern.Length} characters; at most {MaxLength} are taken.", nameof(pattern));
        try
        {
            return new Regex(pattern, RegexOptions.NonBacktracking | RegexOptions.CultureInvariant, Timeout);
        }
        catch (NotSupportedException e)
        {
            throw new ArgumentException($"The pattern \"{pattern}\" uses look-around or back-references, which are not supported: {e.Message}", nameof(pattern), e);
        }
        catch (RegexParseException e)
        {
            throw new ArgumentException($"The pattern \"{pattern}\" is not a valid regular expression: {e.Message}", nameof(pattern), e);
        }
    }
}
