using System.Text.RegularExpressions;

namespace Vitrine.Agent.Audit.Secrets;

/// <summary>
/// Tells secrets by the name that they are given and by their own shape. The rules are made for a list that a person reads: what is only perhaps a secret by its name must also have a value that could be one. They say
/// what kind a text is and never give any part of it back.
/// </summary>
static partial class SecretRules
{
    /// <summary>Characters of one value that are looked at.</summary>
    const int MostCharacters = 16 * 1024;

    /// <summary>The kind of secret that <paramref name="value"/> looks like by itself, with its article; null when it does not.</summary>
    public static string? Shape(string value)
    {
        var text = value.Length > MostCharacters ? value.AsSpan(0, MostCharacters) : value;
        if (text.Length < 8)
            return null;
        if (PrivateKey().IsMatch(text))
            return "a private key";
        if (JsonWebToken().IsMatch(text))
            return "a JSON web token";
        if (CloudKey().IsMatch(text))
            return "an access key of a cloud";
        if (ServiceToken().IsMatch(text))
            return "a token of a known service";
        if (Bearer().IsMatch(text))
            return "a bearer token";
        if (PasswordInAddress().IsMatch(text))
            return "an address with a password in it";
        return PasswordInConnectionString().IsMatch(text) ? "a connection string with a password in it" : null;
    }

    /// <summary>The kind of secret that a variable or flag of this name and value holds, with its article; null when it holds none.</summary>
    public static string? Named(string name, string value)
    {
        if (name.Length > 256 || NoSecret().IsMatch(name) || IsReference(value))
            return null;
        if (Password().IsMatch(name))
            return value.Length >= 3 && !IsSwitch(value) ? "a password" : null;
        // A limit of tokens and a number of keys are no secrets.
        if (KeyOrToken().IsMatch(name))
            return value.Length >= 8 && !IsNumber(value) && !IsSwitch(value) ? "a key or token" : null;
        return null;
    }

    /// <summary>Whether what has this name is a secret, whatever its value.</summary>
    public static bool IsSecretName(string name) => name.Length <= 256 && !NoSecret().IsMatch(name) && (Password().IsMatch(name) || KeyOrToken().IsMatch(name));

    /// <summary>Whether a value only says where the secret is: a path, a reference of a vault, a place to be filled in.</summary>
    static bool IsReference(string value) =>
        value.Length == 0 || (value[0] is '/' or '.' && !value.Contains(' ', StringComparison.Ordinal) && value.Contains('/', StringComparison.Ordinal) && value.Length < 4096 && LooksLikePath().IsMatch(value)) || Reference().IsMatch(value);

    static bool IsSwitch(string value) => value.ToLowerInvariant() is "true" or "false" or "yes" or "no" or "on" or "off" or "none" or "null" or "disabled" or "enabled" or "required" or "optional";

    static bool IsNumber(string value) => value.Length < 20 && value.All(static c => char.IsAsciiDigit(c) || c is '.' or 's' or 'm' or 'h');

    const RegexOptions Options = RegexOptions.CultureInvariant | RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture;

    [GeneratedRegex("-----BEGIN [A-Z ]{0,40}PRIVATE KEY", Options)]
    private static partial Regex PrivateKey();

    [GeneratedRegex(@"eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*", Options)]
    private static partial Regex JsonWebToken();

    [GeneratedRegex(@"(^|[^A-Za-z0-9])(AKIA|ASIA)[A-Z0-9]{16}([^A-Z0-9]|$)|(^|[^A-Za-z0-9])AIza[A-Za-z0-9_-]{35}|AccountKey=[A-Za-z0-9+/]{20,}|SharedAccessKey=[A-Za-z0-9+/]{20,}", Options)]
    private static partial Regex CloudKey();

    [GeneratedRegex(@"(^|[^A-Za-z0-9])((ghp|gho|ghu|ghs|ghr)_[A-Za-z0-9]{20,}|github_pat_[A-Za-z0-9_]{20,}|glpat-[A-Za-z0-9_-]{16,}|xox[abposr]-[A-Za-z0-9-]{10,}|(sk|rk)_(live|test)_[A-Za-z0-9]{10,}|sk-[A-Za-z0-9_-]{20,}|npm_[A-Za-z0-9]{20,}|hvs\.[A-Za-z0-9_-]{20,}|SG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,})", Options)]
    private static partial Regex ServiceToken();

    [GeneratedRegex(@"(^|[^a-z])(bearer|basic) +[a-z0-9._~+/-]{8,}=*", Options | RegexOptions.IgnoreCase)]
    private static partial Regex Bearer();

    [GeneratedRegex(@"[a-z][a-z0-9+.-]*://[^/\s:@]*:[^/\s@]+@", Options | RegexOptions.IgnoreCase)]
    private static partial Regex PasswordInAddress();

    [GeneratedRegex(@"(^|[;, ?&])(password|pwd|passwd)\s*=\s*[^;,\s]", Options | RegexOptions.IgnoreCase)]
    private static partial Regex PasswordInConnectionString();

    [GeneratedRegex("pass_?wor[dt]|passwd|passphrase|(^|[^a-z])(db|my|pg|sql|user|admin|root|redis|smtp)?_?pass($|[^a-z])|(^|[^a-z])pwd($|[^a-z])|[a-z]_?pwd$", Options | RegexOptions.IgnoreCase)]
    private static partial Regex Password();

    [GeneratedRegex("secret|token|api[-_.]?key|access[-_.]?key|private[-_.]?key|signing[-_.]?key|encryption[-_.]?key|master[-_.]?key|account[-_.]?key|auth[-_.]?key|credential|bearer|connection[-_.]?string|(^|[^a-z])dsn($|[^a-z])|client[-_.]?key", Options | RegexOptions.IgnoreCase)]
    private static partial Regex KeyOrToken();

    // What says where a secret is or how it is handled, and names that are known to hold none.
    [GeneratedRegex("(file|files|path|dir|folder|url|uri|endpoint|host|port|name|namespace|issuer|audience|algorithm|length|size|limit|count|max|min|ttl|timeout|expiry|expires|expiration|lifetime|interval|rotation|enabled|disabled|type|format|prompt|policy|header|version|region|sock|store|provider|manager|class)$|^(ssh_auth_sock|pwd|oldpwd|xauthority|--?pass-?through.*)$", Options | RegexOptions.IgnoreCase)]
    private static partial Regex NoSecret();

    [GeneratedRegex(@"^(\$|%|\{\{|<|vault:|op://|arn:|ssm:|sm://|secretref:|secretsmanager:|keyvault:|projects/|file:|env:|ref\+|@/|\*+$|x+$|changeme$|redacted)", Options | RegexOptions.IgnoreCase)]
    private static partial Regex Reference();

    [GeneratedRegex(@"^\.{0,2}/[A-Za-z0-9._@/+-]*$", Options)]
    private static partial Regex LooksLikePath();
}
