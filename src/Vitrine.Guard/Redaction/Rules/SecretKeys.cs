using System.Collections.Frozen;
using System.Runtime.CompilerServices;
using System.Text;
using Vitrine.Guard.Redaction.Matching;

namespace Vitrine.Guard.Redaction.Rules;

/// <summary>Which names say that what they are given is secret: <c>password</c>, <c>dbPassword</c>, <c>X-Api-Key</c>, <c>client_secret</c>.</summary>
static class SecretKeys
{
    /// <summary>The longest name that is looked at: of a longer one its end.</summary>
    public const int Longest = 64;

    // The last word of a name decides; several words without anything between them are in the list as one.
    static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> s_always = FrozenSet.ToFrozenSet([
        "password", "passwd", "pwd", "pass", "passphrase", "passcode", "secret", "token", "credential", "credentials", "authorization", "authentication", "cookie", "jwt", "signature",
        "apikey", "accesskey", "secretkey", "privatekey", "accountkey", "sessionid", "sessid", "phpsessid", "jsessionid", "pin", "cvv", "cvc", "cvv2", "cvc2", "ssn", "otp", "bearer", "dsn", "userpass", "passw",
    ]).GetAlternateLookup<ReadOnlySpan<char>>();

    static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> s_inQueries = FrozenSet.ToFrozenSet([
        "key", "code", "sig", "session", "sid", "auth", "state", "nonce", "hmac", "ticket", "assertion", "verifier", "hash", "sessionkey", "invite", "samlresponse", "samlrequest", "credential",
    ]).GetAlternateLookup<ReadOnlySpan<char>>();

    // Two words: "api key", "session id".
    static readonly FrozenSet<string>.AlternateLookup<ReadOnlySpan<char>> s_pairs = FrozenSet.ToFrozenSet([
        "api key", "access key", "secret key", "private key", "account key", "encryption key", "signing key", "shared key", "master key", "auth key", "service key", "subscription key", "ssh key",
        "license key", "session key", "session id", "auth code", "authorization code", "verification code", "security code", "access code", "connection string", "csrf token", "card number",
    ]).GetAlternateLookup<ReadOnlySpan<char>>();

    // What a run-together name may end in: "accesstoken", "dbpassword".
    static readonly string[] s_endings = ["password", "passwd", "secret", "token", "apikey", "accesskey", "secretkey", "privatekey", "passphrase", "credentials", "sessionid"];

    // .NET's names for things that are public: the key of an assembly, the type that cancels.
    static readonly byte[][] s_public = [.. new[] { "publickeytoken", "cancellationtoken", "metadatatoken" }.Select(Encoding.ASCII.GetBytes)];

    /// <summary>Whether the value of <paramref name="key"/> is secret.</summary>
    /// <param name="key">A name; letters, digits and any characters between its words.</param>
    /// <param name="isQuery">It stands in the query of a URL, where <c>code</c>, <c>key</c> and <c>state</c> are secrets too. Elsewhere they are everyday words.</param>
    [SkipLocalsInit] // the buffers are written before they are read, and clearing them took longer than the question
    public static bool IsSecret(ReadOnlySpan<byte> key, bool isQuery)
    {
        if (key.Length > Longest)
            key = key[^Longest..];
        // A closing index, as in user[password] or headers['x']
        while (key.Length > 0 && !Letters.IsLetterOrDigit(key[^1]))
            key = key[..^1];
        if (key.IsEmpty)
            return false;
        Span<char> words = stackalloc char[2 * Longest];
        var lastStart = WordStart(key, key.Length);
        var last = words[..Lower(key[lastStart..], words)];
        return (s_always.Contains(last) || isQuery && s_inQueries.Contains(last) || HasEnding(last) || IsPair(key, lastStart, last)) && !IsPublic(key);
    }

    static bool HasEnding(ReadOnlySpan<char> word)
    {
        foreach (var ending in s_endings)
            if (word.EndsWith(ending, StringComparison.Ordinal))
                return true;
        return false;
    }

    [SkipLocalsInit]
    static bool IsPair(ReadOnlySpan<byte> key, int end, ReadOnlySpan<char> last)
    {
        while (end > 0 && !Letters.IsLetterOrDigit(key[end - 1]))
            end--;
        if (end == 0)
            return false;
        Span<char> pair = stackalloc char[2 * Longest];
        var length = Lower(key[WordStart(key, end)..end], pair);
        pair[length++] = ' ';
        last.CopyTo(pair[length..]);
        return s_pairs.Contains(pair[..(length + last.Length)]);
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

    static int Lower(ReadOnlySpan<byte> word, Span<char> into)
    {
        for (var i = 0; i < word.Length; i++)
            into[i] = char.ToLowerInvariant((char)word[i]);
        return word.Length;
    }
}
