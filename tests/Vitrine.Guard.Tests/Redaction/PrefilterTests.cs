using System.Text;
using Vitrine.Guard.Redaction;
using Vitrine.Guard.Redaction.Matching;
using Vitrine.Guard.Redaction.Rules;

namespace Vitrine.Guard.Tests.Redaction;

/// <summary>What lets a rule pass over a text never passes over something to find, wherever it stands: in the middle, at an end, where one block of bytes meets the next.</summary>
public sealed class PrefilterTests
{
    const string Alphabet = "@=:%\\IJ/._-\t\n\r 0159aAbBeEhUytcsglxz‹é\0";

    static readonly (TextTraits Trait, string Characters)[] s_characters =
    [
        (TextTraits.At, "@"), (TextTraits.Equal, "="), (TextTraits.Colon, ":"), (TextTraits.Digit, "0123456789"), (TextTraits.Percent, "%"), (TextTraits.Space, " "), (TextTraits.Backslash, "\\"),
        (TextTraits.LetterIOrJ, "IJ"), (TextTraits.Slash, "/"), (TextTraits.Dot, "."), (TextTraits.Underscore, "_"), (TextTraits.Dash, "-"), (TextTraits.Control, "\t\n\r"), (TextTraits.Mark, "‹›"),
    ];

    static readonly (TextTraits Trait, string First, string Second)[] s_pairs =
    [
        (TextTraits.ColonSpace, ":", " "), (TextTraits.ColonSlash, ":", "/"), (TextTraits.EyJ, "y", "J"), (TextTraits.DigitDot, "0123456789", "."), (TextTraits.SchemeStart, "bB", "eEaA"),
        (TextTraits.WordEnd, "tesgcldTESGCLD", " \t\r\n"), (TextTraits.FolderStart, "/\\", "hU"), (TextTraits.DoubleDash, "-", "-"),
    ];

    [Fact]
    public void Traits_OfRandomTexts_AreThoseOfTheirCharacters()
    {
        var random = new Random(20_261_122);
        for (var round = 0; round < 20_000; round++)
        {
            var text = string.Concat(Enumerable.Range(0, random.Next(80)).Select(_ => random.Next(3) == 0 ? Alphabet[random.Next(Alphabet.Length)] : 'q'));
            var traits = TextTraitsFinder.Of(Encoding.UTF8.GetBytes(text));
            foreach (var (trait, characters) in s_characters)
                Assert.True((traits & trait) != 0 == text.AsSpan().ContainsAny(characters), $"{trait} of \"{text}\"");
            // Of pairs more may be said than is there, but never less.
            foreach (var (trait, first, second) in s_pairs)
                Assert.True((traits & trait) != 0 || !text.Zip(text.Skip(1)).Any(pair => first.Contains(pair.First, StringComparison.Ordinal) && second.Contains(pair.Second, StringComparison.Ordinal)), $"{trait} of \"{text}\"");
        }
    }

    [Theory]
    [InlineData("4111111111111111")]
    [InlineData("4111 1111 1111 1111")]
    [InlineData("3782-822463-10005")]
    [InlineData("4222222222222")]
    [InlineData("6304000000000000000")]
    public void Cards_AmongHexadecimalDigits_AreFoundAtEveryPlace(string card)
    {
        for (var before = 0; before < 140; before++)
        {
            foreach (var after in new[] { 0, 1, 30, 70 })
            {
                var text = Hex(before) + " " + card + " " + Hex(after);
                var matches = new MatchList();
                new CardRule().Find(Encoding.ASCII.GetBytes(text), TextKind.Text, 0, matches);
                Assert.Contains(new Match(before + 1, before + 1 + card.Length, 0), matches.All.ToArray());
            }
        }

        static string Hex(int length) => string.Concat(Enumerable.Range(0, length).Select(i => "9f27b4a05cd1e83"[i * 7 % 15]));
    }

    [Theory]
    [InlineData("password", true)]
    [InlineData("dbPassword", true)]
    [InlineData("DB_PASSWORD", true)]
    [InlineData("passWord", true)]
    [InlineData("pass_phrase", true)]
    [InlineData("user[token]", true)]
    [InlineData("ApiKey", true)]
    [InlineData("x-api-key", true)]
    [InlineData("connection string", true)]
    [InlineData("cvv2", true)]
    [InlineData("password1", true)]
    [InlineData("new_password_confirmation", true)]
    [InlineData("passwordHash", true)]
    [InlineData("SECRET_KEY_BASE", true)]
    [InlineData("client-key-data", true)]
    [InlineData("passwords", true)]
    [InlineData("dbPasswort", true)]
    [InlineData("_csrf", true)]
    [InlineData("totp", true)]
    [InlineData("publicKeyToken", false)]
    [InlineData("cancellation_token_source", false)]
    [InlineData("key", false)]
    [InlineData("keyboard", false)]
    [InlineData("pass 2", false)]
    [InlineData("file_hash", false)]
    [InlineData("database", false)]
    [InlineData("value", false)]
    [InlineData("tokens", false)]
    [InlineData("compass", false)]
    [InlineData("n", false)]
    [InlineData("", false)]
    public void SecretKeys_OfAName_AreWhatTheirWordsSay(string name, bool isSecret) => Assert.Equal(isSecret, SecretKeys.IsSecret(Encoding.ASCII.GetBytes(name), isQuery: false));

    [Fact]
    public void Hooks_InAShortText_AreFound()
    {
        var redacted = new System.Buffers.ArrayBufferWriter<byte>();
        new Redactor(RedactionRules.Default.WithoutTags()).RedactText("to hooks.slack.com/T0/B0/xyz"u8, redacted);
        Assert.Equal("to hooks.slack.com/‹token›", Encoding.UTF8.GetString(redacted.WrittenSpan));
    }
}
