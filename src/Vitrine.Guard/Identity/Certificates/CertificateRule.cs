using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Vitrine.Guard.Policy;

namespace Vitrine.Guard.Identity.Certificates;

/// <summary>Certificates by one thing that they say, and their roles.</summary>
sealed class CertificateRule
{
    readonly string? _subject;
    readonly string? _dns;
    readonly string? _email;
    readonly string? _uri;

    CertificateRule(CertificateCallerOptions options, string? subject, string[] roles)
    {
        _subject = subject;
        _dns = options.Dns;
        _email = options.Email;
        _uri = options.Uri;
        Roles = roles;
    }

    /// <summary>The roles.</summary>
    public string[] Roles { get; }

    /// <summary>The rule at <paramref name="key"/> of the settings.</summary>
    public static CertificateRule Read(CertificateCallerOptions options, string key, PolicyTable policy, ICollection<string> problems)
    {
        string?[] names = [options.Subject, options.Dns, options.Email, options.Uri];
        if (names.Count(static name => name is not null) != 1 || names.Any(static name => name is not null && !PlainName.IsPlain(name)))
            problems.Add($"{key}: exactly one of Subject, Dns, Email and Uri, and not empty.");
        string? subject = null;
        try
        {
            // Through its bytes: the name would otherwise be the text as it was written.
            if (options.Subject is not null) subject = new X500DistinguishedName(new X500DistinguishedName(options.Subject).RawData).Name;
        }
        catch (CryptographicException)
        {
            problems.Add($"{key}:Subject: not a distinguished name; write it as openssl x509 -noout -subject -nameopt RFC2253 does, such as CN=alice,O=Example.");
        }
        return new(options, subject, RoleLists.Read(options.Roles, $"{key}:Roles", policy, problems));
    }

    /// <summary>What of the certificate matches; null when nothing does.</summary>
    public string? Match(string subject, AlternativeNames names)
    {
        if (_subject is not null) return subject == _subject ? subject : null;
        if (_dns is not null) return names.Dns.Contains(_dns, StringComparer.OrdinalIgnoreCase) ? $"dns:{_dns}" : null;
        if (_email is not null) return names.Emails.Contains(_email, StringComparer.Ordinal) ? $"email:{_email}" : null;
        return names.Uris.Contains(_uri, StringComparer.Ordinal) ? _uri : null;
    }
}
