using Vitrine.Guard.Identity;
using Vitrine.Guard.Tests.Fakes;

namespace Vitrine.Guard.Tests.Attacks;

/// <summary>Something that somebody may send to be taken for who he is not.</summary>
/// <param name="Name">What it is, as the threat model calls it.</param>
/// <param name="Make">What is sent.</param>
sealed record Attack(string Name, Func<TestIssuer, Credentials> Make)
{
    public override string ToString() => Name;
}
