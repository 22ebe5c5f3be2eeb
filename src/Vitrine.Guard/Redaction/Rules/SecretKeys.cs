using System.Text;
using Vitrine.Guard.Redaction.Matching;

namespace Vitrine.Guard.Redaction.Rules;

/// <summary>Which names say that what they are given is secret: <c>password</c>, <c>dbPassword</c>, <c>X-Api-Key</c>, <c>client_secret</c>.</summary>
/// <remarks>Every <c>=</c> and <c>:</c> asks, and nearly all names are harmless: so the names are kept by their last two characters, which leaves none to compare for most, and for the others one or two.</remarks>
static class SecretKeys
{
    /// <summary>The longest name that is looked at: of a longer one its end.</summary>
    public const int Longest = 64;

    /// <summary>What of a name is compared.</summary>
    enum Part
    {
        /// <summary>The last word.</summary>
        LastWord,
        /// <summary>The end of the last word, for names whose words run together: <c>accesstoken</c>, <c>dbpassword</c>.</summary>
        End,
        /// <summary>The last two words, whatever stands between them.</summary>
        LastTwoWords,
        /// <summary>A last word that says nothing by itself: the one before it decides (<c>password_confirmation</c>, <c>tokenHash</c>).</summary>
        Addition,
    }

    sealed class Name(string text, Part part, bool isQuery, string before = "")
    {
        /// <summary>In small letters; of two words the last.</summary>
        public byte[] Text { get; } = Encoding.ASCII.GetBytes(text);

        /// <summary>The first of two words.</summary>
        public byte[] Before { get; } = Encoding.ASCII.GetBytes(before);

        public Part Part => part;

        /// <summary>Only in the query of a URL.</summary>
        public bool IsQuery => isQuery;
    }

    // The last word of a name decides; several words without anything between them are in the list as one. Those of two words come last.
    static readonly Name[]?[] s_names = ByEnd(
    [
        .. Names(Part.LastWord,
            "pwd", "pass", "passcode", "credential", "authorization", "authentication", "cookie", "jwt", "signature", "accountkey", "sessid", "phpsessid", "jsessionid", "pin", "cvv", "cvc", "ssn", "otp", "totp", "csrf", "xsrf",
            "bearer", "dsn", "userpass", "passw"),
        .. Names(Part.End, "password", "passwd", "secret", "token", "apikey", "accesskey", "secretkey", "privatekey", "passphrase", "credentials", "sessionid", "passwords", "apikeys", "authkey", "passwort", "kennwort"),
        .. Names(Part.LastWord, isQuery: true,
            "key", "code", "sig", "session", "sid", "auth", "state", "nonce", "hmac", "ticket", "assertion", "verifier", "hash", "sessionkey", "invite", "samlresponse", "samlrequest"),
        .. Names(Part.Addition, "confirmation", "confirm", "repeat", "hash", "digest", "base", "data", "value", "text"),
        .. Names(Part.LastTwoWords,
            "api key", "access key", "secret key", "private key", "account key", "encryption key", "signing key", "shared key", "master key", "auth key", "service key", "subscription key", "ssh key",
            "license key", "session key", "session id", "auth code", "authorization code", "verification code", "security code", "access code", "connection string", "card number", "pass word", "pass phrase", "client key", "instrumentation key"),
    ]);

    // .NET's names for things that are public: the key of an assembly, the type that cancels.
    static readonly byte[][] s_public = [.. new[] { "publickeytoken", "cancellationtoken", "metadatatoken" }.Select(Encoding.ASCII.GetBytes)];

    /// <summary>Whether a secret's name may stand before <paramref name="end"/>. Tells most of those that are none by their last two characters.</summary>
    public static bool CanEndAt(ReadOnlySpan<byte> text, int end) =>
        end >= 2 && (!Letters.IsLetter(text[end - 1]) || s_names[Slot(text[end - 2], text[end - 1])] is not null);

    /// <summary>Whether the value of <paramref name="key"/> is secret.</summary>
    /// <param name="key">A name; letters, digits and any characters between its words.</param>
    /// <param name="isQuery">It stands in the query of a URL, where <c>code</c>, <c>key</c> and <c>state</c> are secrets too. Elsewhere they are everyday words.</param>
    public static bool IsSecret(ReadOnlySpan<byte> key, bool isQuery)
    {
        if (key.Length > Longest)
            key = key[^Longest..];
        // A closing index, as in user[password] or headers['x']
        while (key.Length > 0 && !Letters.IsLetterOrDigit(key[^1]))
            key = key[..^1];
        // password2, but not "pass 2"
        if (key.TrimEnd("0123456789"u8) is var unnumbered && unnumbered.Length > 0 && Letters.IsLetter(unnumbered[^1]))
            key = unnumbered;
        if (key.Length < 2 || s_names[Slot(key[^2], key[^1])] is not { } possible)
            return false;
        // The most frequent by far, and without a capital the whole name is one word's end.
        foreach (var name in possible)
            if (name.Part == Part.End && key.EndsWith(name.Text))
                return !IsPublic(key);
        var start = WordStart(key, key.Length);
        var word = key[start..];
        var before = WordBefore(key, start);
        var isAddition = false;
        foreach (var name in possible)
        {
            // The rest of the names have two words.
            if (name.Part == Part.LastTwoWords && before.IsEmpty)
                break;
            if (name.IsQuery && !isQuery || !Is(name, word, before))
                continue;
            if (name.Part != Part.Addition)
                return !IsPublic(key);
            isAddition = true;
        }
        return isAddition && start > 0 && IsSecret(key[..start], isQuery: false);
    }

    static bool Is(Name name, ReadOnlySpan<byte> word, ReadOnlySpan<byte> before) => name.Part switch
    {
        Part.End => Letters.IsAt(word, word.Length - name.Text.Length, name.Text),
        Part.LastWord or Part.Addition => IsWord(word, name.Text),
        // The first word has more to tell them apart.
        _ => IsWord(before, name.Before) && IsWord(word, name.Text),
    };

    static bool IsWord(ReadOnlySpan<byte> word, ReadOnlySpan<byte> lower) => word.Length == lower.Length && Letters.IsAt(word, 0, lower);

    static ReadOnlySpan<byte> WordBefore(ReadOnlySpan<byte> key, int end)
    {
        while (end > 0 && !Letters.IsLetterOrDigit(key[end - 1]))
            end--;
        return key[WordStart(key, end)..end];
    }

    static bool IsPublic(ReadOnlySpan<byte> key)
    {
        foreach (var name in s_public)
            if (Letters.IsAt(key, key.Length - name.Length, name))
                return true;
        return false;
    }

    /// <summary>Where the word that ends at <paramref name="end"/> begins: behind the last character that is no letter or digit, or where a capital follows a small letter.</summary>
    static int WordStart(ReadOnlySpan<byte> key, int end)
    {
        var i = end;
        while (i > 0 && Letters.IsLetterOrDigit(key[i - 1]))
        {
            i--;
            if (i > 0 && char.IsAsciiLetterUpper((char)key[i]) && (char.IsAsciiLetterLower((char)key[i - 1]) || Letters.IsDigit(key[i - 1])))
                break;
        }
        return i;
    }

    static IEnumerable<Name> Names(Part part, params string[] texts) => Names(part, isQuery: false, texts);

    static IEnumerable<Name> Names(Part part, bool isQuery, params string[] texts) => texts.Select(text =>
        part == Part.LastTwoWords ? new Name(text[(text.IndexOf(' ') + 1)..], part, isQuery, text[..text.IndexOf(' ')]) : new Name(text, part, isQuery));

    static Name[]?[] ByEnd(Name[] names)
    {
        var table = new Name[]?[256];
        foreach (var group in names.GroupBy(name => Slot(name.Text[^2], name.Text[^1])))
            table[group.Key] = [.. group];
        return table;
    }

    // Letters in either case and digits go where their small form goes; what shares a slot by chance differs when it is compared.
    static byte Slot(byte beforeLast, byte last) => (byte)((beforeLast | 0x20) * 31 ^ (last | 0x20));
}
