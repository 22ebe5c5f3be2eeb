using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Vitrine.Agent.Gate.Listening;

/// <summary>A certificate for TLS in files that somebody else renews. Connections go on with the one they began with; new ones get the new one. One that cannot be read is said, and the old one stays. Thread-safe.</summary>
sealed class CertificateFiles
{
    readonly string _certificate;
    readonly string? _key;
    readonly Action<string> _say;
    string _stamp;
    string _said = "";
    volatile SslStreamCertificateContext _context;

    /// <summary>Reads the certificate.</summary>
    /// <param name="certificate">PEM: the certificate first, then those between it and its authority.</param>
    /// <param name="key">PEM; null = in the same file.</param>
    /// <param name="say">Told what was reloaded, and what could not be.</param>
    /// <exception cref="CryptographicException">It cannot be read; the message is a sentence.</exception>
    /// <exception cref="IOException">The same.</exception>
    public CertificateFiles(string certificate, string? key, Action<string> say)
    {
        (_certificate, _key, _say) = (certificate, key, say);
        _stamp = Stamp();
        _context = Load();
    }

    /// <summary>The certificate of now.</summary>
    public SslStreamCertificateContext Current => _context;

    /// <summary>Reads the files again when they have changed. Renewal writes two files: while they do not fit together, the old pair stays, and the next look tries again.</summary>
    /// <param name="always">Also when nothing seems to have changed.</param>
    public void Refresh(bool always = false)
    {
        var stamp = Stamp();
        if (!always && stamp == _stamp)
            return;
        try
        {
            _context = Load();
            (_stamp, _said) = (stamp, "");
            _say($"certificate {_certificate} read again: {Subject}");
        }
        catch (Exception e)
        {
            // Not taken as read: what keeps it from being read, such as its permissions, may change without the files. Whatever it is, the next look must come; said once for each state and reason.
            var problem = $"{stamp} {e.Message}";
            if (problem != _said)
                _say($"certificate {_certificate} cannot be read ({e.Message}); the one of before stays");
            _said = problem;
        }
    }

    string Subject => $"{_context.TargetCertificate.Subject}, valid until {_context.TargetCertificate.NotAfter.ToUniversalTime():yyyy-MM-dd}";

    SslStreamCertificateContext Load()
    {
        using var pem = X509Certificate2.CreateFromPemFile(_certificate, _key ?? _certificate);
        var chain = new X509Certificate2Collection();
        chain.ImportFromPemFile(_certificate);
        // What stands behind the first is sent along; nothing is fetched over the network to complete it.
        var between = new X509Certificate2Collection(chain.Skip(1).ToArray());
        return SslStreamCertificateContext.Create(new X509Certificate2(pem), between, offline: true);
    }

    // Renewal replaces links as often as files: what counts is where they lead.
    string Stamp() => $"{Stamp(_certificate)} {(_key is null ? "" : Stamp(_key))}";

    static string Stamp(string path)
    {
        try
        {
            var file = new FileInfo(path).ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? new FileInfo(path);
            return file.Exists ? $"{file.FullName} {file.Length} {file.LastWriteTimeUtc.Ticks}" : "missing";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "unreadable";
        }
    }
}
