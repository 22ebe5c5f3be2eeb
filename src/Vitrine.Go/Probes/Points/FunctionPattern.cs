using System.Text;
using System.Text.RegularExpressions;
using Vitrine.Instruments;

namespace Vitrine.Go.Probes.Points;

/// <summary>
/// A pattern over function names: <c>/regex/</c>, or a glob with <c>*</c> (any characters) and <c>?</c> (one character). Names themselves hold
/// stars: <c>(*</c> in a glob is the star of a method's receiver.
/// </summary>
sealed class FunctionPattern
{
    /// <summary>Backtracking patterns can take for ever on one name.</summary>
    static readonly TimeSpan MatchLimit = TimeSpan.FromMilliseconds(250);

    readonly Regex expression;

    FunctionPattern(Regex expression) => this.expression = expression;

    /// <summary>True when the text can match names other than itself.</summary>
    public static bool IsPattern(string text) => IsRegex(text) || GlobStars(text).Any();

    /// <exception cref="InvalidOptionException">The pattern is too long or no valid regular expression.</exception>
    public static FunctionPattern Parse(string text)
    {
        if (text.Length > ProbePointLimits.MaxPatternLength)
            throw new InvalidOptionException($"the pattern has {text.Length} characters; {ProbePointLimits.MaxPatternLength} are allowed");
        try
        {
            return new FunctionPattern(new Regex(IsRegex(text) ? text[1..^1] : FromGlob(text), RegexOptions.CultureInvariant | RegexOptions.Singleline, MatchLimit));
        }
        catch (ArgumentException e)
        {
            throw new InvalidOptionException($"{text} is no valid regular expression: {e.Message}", "write /regex/ or a glob such as 'net/http.*'");
        }
    }

    /// <exception cref="InvalidOptionException">The regular expression takes too long.</exception>
    public bool IsMatch(string name)
    {
        try
        {
            return expression.IsMatch(name);
        }
        catch (RegexMatchTimeoutException)
        {
            throw new InvalidOptionException(
                $"the regular expression needs more than {MatchLimit.TotalMilliseconds:0} ms for {name}", "avoid nested repetitions such as (a+)+");
        }
    }

    static bool IsRegex(string text) => text is ['/', _, .., '/'];

    // Places of the characters that stand for others.
    static IEnumerable<int> GlobStars(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (text[i] == '?' || (text[i] == '*' && !(i > 0 && text[i - 1] == '(')))
                yield return i;
        }
    }

    static string FromGlob(string text)
    {
        var stars = GlobStars(text).ToHashSet();
        var pattern = new StringBuilder("^");
        for (var i = 0; i < text.Length; i++)
            pattern.Append(!stars.Contains(i) ? Regex.Escape(text[i].ToString()) : text[i] == '?' ? "." : ".*");
        return pattern.Append('$').ToString();
    }
}
