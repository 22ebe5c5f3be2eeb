using System.Formats.Asn1;
using System.Security.Cryptography.X509Certificates;

namespace Vitrine.Guard.Identity.Certificates;

/// <summary>The alternative names of a certificate (RFC 5280, 4.2.1.6), as far as callers are known by them.</summary>
/// <param name="Dns">DNS names.</param>
/// <param name="Emails">E-mail addresses.</param>
/// <param name="Uris">URIs.</param>
sealed record AlternativeNames(IReadOnlyList<string> Dns, IReadOnlyList<string> Emails, IReadOnlyList<string> Uris)
{
    // GeneralName: [1] rfc822Name, [2] dNSName, [6] uniformResourceIdentifier; each an IA5String.
    static readonly Asn1Tag s_email = new(TagClass.ContextSpecific, 1);
    static readonly Asn1Tag s_dns = new(TagClass.ContextSpecific, 2);
    static readonly Asn1Tag s_uri = new(TagClass.ContextSpecific, 6);

    /// <summary>Reads them.</summary>
    /// <exception cref="AsnContentException">They are not as the standard says.</exception>
    public static AlternativeNames Of(X509Certificate2 certificate)
    {
        List<string> dns = [], emails = [], uris = [];
        if (certificate.Extensions["2.5.29.17"] is { } extension)
        {
            var names = new AsnReader(extension.RawData, AsnEncodingRules.DER).ReadSequence();
            while (names.HasData)
            {
                var tag = names.PeekTag();
                if (tag.HasSameClassAndValue(s_email)) emails.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, s_email));
                else if (tag.HasSameClassAndValue(s_dns)) dns.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, s_dns));
                else if (tag.HasSameClassAndValue(s_uri)) uris.Add(names.ReadCharacterString(UniversalTagNumber.IA5String, s_uri));
                else names.ReadEncodedValue();
            }
        }
        return new(dns, emails, uris);
    }
}
