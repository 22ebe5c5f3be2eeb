using Vitrine.Guard.Identity;

namespace Vitrine.Guard.Limits;

/// <summary>Whose rate at what. By kind and name, so that a token cannot take the name of a local user.</summary>
readonly record struct CallerKey(CallerKind Kind, string Name, string What);
