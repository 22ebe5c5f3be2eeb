using System.Buffers;
using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;
using Vitrine.Guard.Redaction.Matching;
using Vitrine.Pprof;

namespace Vitrine.Guard.Redaction.Rules;

/// <summary>A user's rule: a regular expression, matched without backtracking. A text that takes too long is covered whole.</summary>
sealed class PatternRule : TextRule
{
    /// <summary>The longest pattern.</summary>
    public const int LongestPattern = 1024;

    /// <summary>The largest product of the counts in a pattern's repetitions: <c>(a{100}){100}</c> is a machine of ten thousand states.</summary>
    const long MostRepetitions = 10_000;

    static readonly TimeSpan s_longest = TimeSpan.FromSeconds(1);

    readonly Regex _pattern;

    /// <exception cref="ArgumentException">The pattern is too long, too large or no regular expression; the message names the rule.</exception>
    public PatternRule(string name, string pattern)
    {
        if (string.IsNullOrEmpty(pattern))
            throw new ArgumentException($"The redaction rule \"{name}\" has no pattern.");
        if (pattern.Length > LongestPattern)
            throw new ArgumentException($"The pattern of the redaction rule \"{name}\" has {pattern.Length} characters; at most {LongestPattern} are taken.");
        if (Repetitions(pattern) > MostRepetitions)
            throw new ArgumentException($"The repetitions in the pattern of the redaction rule \"{name}\" multiply to more than {MostRepetitions:N0}; write a smaller one.");
        try
        {
            _pattern = UserPattern.Compile(pattern)!;
        }
        catch (ArgumentException invalid)
        {
            throw new ArgumentException($"The redaction rule \"{name}\" cannot be used: {invalid.Message}", invalid);
        }
    }

    public override void Find(ReadOnlySpan<byte> text, TextKind kind, int number, MatchList matches)
    {
        var characters = ArrayPool<char>.Shared.Rent(Encoding.UTF8.GetMaxCharCount(text.Length));
        try
        {
            Find(text, characters.AsSpan(0, Encoding.UTF8.GetChars(text, characters)), number, matches);
        }
        finally
        {
            ArrayPool<char>.Shared.Return(characters);
        }
    }

    void Find(ReadOnlySpan<byte> text, ReadOnlySpan<char> characters, int number, MatchList matches)
    {
        var begun = Stopwatch.GetTimestamp();
        var places = new BytePlaces(text);
        try
        {
            foreach (var match in _pattern.EnumerateMatches(characters))
            {
                if (match.Length == 0)
                    continue;
                // Each match has a time limit of its own; many of them must not add up.
                if (Stopwatch.GetElapsedTime(begun) > s_longest)
                {
                    matches.Add(0, text.Length, number);
                    return;
                }
                var start = places.Of(match.Index);
                matches.Add(start, places.Of(match.Index + match.Length), number);
            }
        }
        catch (RegexMatchTimeoutException)
        {
            matches.Add(0, text.Length, number);
        }
    }

    // Every number in braces counts, nested or not: a bound, not the size.
    static long Repetitions(string pattern)
    {
        var product = 1L;
        for (var i = 0; i < pattern.Length; i++)
        {
            if (pattern[i] != '{')
                continue;
            var end = pattern.IndexOf('}', i);
            if (end < 0)
                break;
            var most = 1L;
            foreach (var part in pattern[(i + 1)..end].Split(','))
                if (part.Length > 0 && part.AsSpan().IndexOfAnyExceptInRange('0', '9') < 0)
                    most = Math.Max(most, long.TryParse(part, out var count) ? count : long.MaxValue);
            if (most > MostRepetitions)
                return most;
            product = Math.Min(product * most, MostRepetitions + 1);
            i = end;
        }
        return product;
    }

    /// <summary>From characters to bytes, going forwards only.</summary>
    ref struct BytePlaces(ReadOnlySpan<byte> text)
    {
        readonly ReadOnlySpan<byte> _text = text;
        int _characters;
        int _bytes;

        public int Of(int character)
        {
            while (_characters < character && _bytes < _text.Length)
            {
                // As the decoder does: what is not UTF-8 is one replacement character for each longest beginning of a letter.
                Rune.DecodeFromUtf8(_text[_bytes..], out var rune, out var length);
                _bytes += length;
                _characters += rune.Utf16SequenceLength;
            }
            return _bytes;
        }
    }
}
