namespace Vitrine.Agent.Audit.Clauses;

/// <summary>
/// Every clause that a finding may name, and no other: a number that is not here cannot be cited. Numbers and subjects were each checked against published texts of the standards. That a finding touches a clause does not
/// say that the clause is violated: that is for an assessor, who knows the scope. docs/verbs/audit.md has the same table, and a test compares the two.
/// </summary>
static class ClauseTable
{
    public static Clause PciNecessaryServices { get; } = new(Standard.Pci, "2.2.4", "only necessary services and functions are enabled");
    public static Clause PciInsecureServices { get; } = new(Standard.Pci, "2.2.5", "insecure services are justified and secured further");
    public static Clause PciSecurityParameters { get; } = new(Standard.Pci, "2.2.6", "system security parameters prevent misuse");
    public static Clause PciLeastPrivilege { get; } = new(Standard.Pci, "7.2.5", "application and system accounts have the least privileges");
    public static Clause PciFactorsUnreadable { get; } = new(Standard.Pci, "8.3.2", "authentication factors are unreadable in storage and transmission");
    public static Clause PciHardCodedPasswords { get; } = new(Standard.Pci, "8.6.2", "passwords of application and system accounts are not hard coded");
    public static Clause PciAuditLogs { get; } = new(Standard.Pci, "10.2.1", "audit logs are enabled and active");
    public static Clause PciAuditLogsProtected { get; } = new(Standard.Pci, "10.3.2", "audit log files are protected from modification");

    public static Clause IsoAuthenticationInformation { get; } = new(Standard.Iso, "A.5.17", "Authentication information");
    public static Clause IsoPrivilegedAccess { get; } = new(Standard.Iso, "A.8.2", "Privileged access rights");
    public static Clause IsoAccessRestriction { get; } = new(Standard.Iso, "A.8.3", "Information access restriction");
    public static Clause IsoSecureAuthentication { get; } = new(Standard.Iso, "A.8.5", "Secure authentication");
    public static Clause IsoConfiguration { get; } = new(Standard.Iso, "A.8.9", "Configuration management");
    public static Clause IsoLogging { get; } = new(Standard.Iso, "A.8.15", "Logging");
    public static Clause IsoPrivilegedUtilities { get; } = new(Standard.Iso, "A.8.18", "Use of privileged utility programs");
    public static Clause IsoNetworks { get; } = new(Standard.Iso, "A.8.20", "Networks security");
    public static Clause IsoSeparation { get; } = new(Standard.Iso, "A.8.31", "Separation of development, test and production environments");

    public static Clause SocLogicalAccess { get; } = new(Standard.Soc2, "CC6.1", "logical access security over information assets");
    public static Clause SocLeastPrivilege { get; } = new(Standard.Soc2, "CC6.3", "access by role, with least privilege");
    public static Clause SocBoundary { get; } = new(Standard.Soc2, "CC6.6", "protection against threats from outside the system boundary");
    public static Clause SocUnauthorisedSoftware { get; } = new(Standard.Soc2, "CC6.8", "unauthorised or malicious software is prevented or detected");
    public static Clause SocVulnerabilities { get; } = new(Standard.Soc2, "CC7.1", "configuration changes and vulnerabilities are detected");
    public static Clause SocMonitoring { get; } = new(Standard.Soc2, "CC7.2", "system components are monitored for anomalies");

    public static IReadOnlyList<Clause> All { get; } =
    [
        PciNecessaryServices, PciInsecureServices, PciSecurityParameters, PciLeastPrivilege, PciFactorsUnreadable, PciHardCodedPasswords, PciAuditLogs, PciAuditLogsProtected,
        IsoAuthenticationInformation, IsoPrivilegedAccess, IsoAccessRestriction, IsoSecureAuthentication, IsoConfiguration, IsoLogging, IsoPrivilegedUtilities, IsoNetworks, IsoSeparation,
        SocLogicalAccess, SocLeastPrivilege, SocBoundary, SocUnauthorisedSoftware, SocVulnerabilities, SocMonitoring,
    ];
}
