using System.Net;
using Vitrine.Guard.Identity;

namespace Vitrine.Guard;

/// <summary>Who asks, or why nobody known does.</summary>
readonly record struct CallerFinding(Caller? Caller, Refusal? Refusal, string? PrivateReason, IPAddress? From);
