// Microsoft.Insights, Microsoft.Security and the locks of Microsoft.Authorization.
#include "collect/arm.h"

namespace acr {

void read_diagnostic_setting(AbsorbContext& context, const AzureObject& object) {
  DiagnosticSetting setting;
  setting.origin = object.origin();
  setting.id = object.id();
  setting.resource = setting.id.parent();
  setting.name = object.name();
  for (const std::string_view target :
       {"workspaceId", "storageAccountId", "eventHubAuthorizationRuleId", "marketplacePartnerId"})
    setting.has_target |= !object.text(target).empty();
  for (const AzureObject& log : object.objects("logs")) {
    setting.logs.push_back(
        {log.text("category"), log.text("categoryGroup"), log.flag("enabled").value_or(false)});
  }
  context.estate.diagnostic_settings.push_back(std::move(setting));
}

void read_lock(AbsorbContext& context, const AzureObject& object) {
  ResourceLock lock;
  lock.origin = object.origin();
  lock.id = object.id();
  const std::size_t end = lock.id.key().rfind("/providers/microsoft.authorization/");
  if (end != std::string::npos) lock.scope = ResourceId(lock.id.text().substr(0, end));
  lock.name = object.name();
  lock.level = object.text("level");
  context.estate.locks.push_back(std::move(lock));
}

void read_defender_plan(AbsorbContext& context, const AzureObject& object) {
  DefenderPlan plan;
  plan.origin = object.origin();
  plan.id = object.id();
  plan.subscription = plan.id.subscription();
  plan.name = object.name();
  plan.tier = object.text("pricingTier");
  for (const AzureObject& part : object.objects("extensions")) {
    // A text in every version so far.
    plan.extensions.push_back({part.text("name"), same_text(part.text("isEnabled"), "True") ||
                                                      part.flag("isEnabled").value_or(false)});
  }
  context.estate.defender_plans.push_back(std::move(plan));
}

void read_assessment(AbsorbContext& context, const AzureObject& object) {
  Assessment assessment;
  assessment.origin = object.origin();
  assessment.id = object.id();
  assessment.resource = assessment.id.parent();
  assessment.key = lower(object.name());
  assessment.title = object.text("displayName");
  const AzureObject status = object.object("status");
  assessment.status = status.text("code");
  assessment.cause = status.text("cause");
  context.estate.assessments.push_back(std::move(assessment));
}

}  // namespace acr
