/** Names of attributes by class, and which of them hold secrets. Source: Blue Book, part 2, interface classes. */

/** Attributes from attribute 2 on, in order. Attribute 1 of every class is the logical name. */
const ATTRIBUTES: Readonly<Record<number, string>> = {
  1: 'value',
  3: 'value scaler_unit',
  4: 'value scaler_unit status capture_time',
  5: 'current_average_value last_average_value scaler_unit status capture_time start_time_current period number_of_periods',
  6: 'register_assignment mask_list active_mask',
  7: 'buffer capture_objects capture_period sort_method sort_object entries_in_use profile_entries',
  8: 'time time_zone status daylight_savings_begin daylight_savings_end daylight_savings_deviation daylight_savings_enabled clock_base',
  9: 'scripts',
  10: 'entries',
  11: 'entries',
  12: 'object_list access_rights_list security_setup_reference',
  15: 'object_list associated_partners_id application_context_name xdlms_context_info authentication_mechanism_name secret association_status security_setup_reference user_list current_user',
  17: 'sap_assignment_list',
  18: 'image_block_size image_transferred_blocks_status image_first_not_transferred_block_number image_transfer_enabled image_transfer_status image_to_activate_info',
  19: 'default_mode default_baud prop_baud response_time device_addr pass_p1 pass_p2 pass_w5',
  20: 'calendar_name_active season_profile_active week_profile_table_active day_profile_table_active calendar_name_passive season_profile_passive week_profile_table_passive day_profile_table_passive activate_passive_calendar_time',
  21: 'thresholds monitored_value actions',
  22: 'executed_script type execution_time',
  23: 'comm_speed window_size_transmit window_size_receive max_info_field_length_transmit max_info_field_length_receive inter_octet_time_out inactivity_time_out device_address',
  27: 'comm_speed initialization_string modem_profile',
  28: 'mode listening_window status number_of_calls number_of_rings list_of_allowed_callers',
  29: 'mode repetitions repetition_delay calling_window destination_list',
  40: 'push_object_list send_destination_and_method communication_window randomisation_start_interval number_of_retries repetition_delay',
  41: 'tcp_udp_port ip_reference mss nb_of_sim_conn inactivity_time_out',
  42: 'dl_reference ip_address multicast_ip_address ip_options subnet_mask gateway_ip_address use_dhcp_flag primary_dns_address secondary_dns_address',
  43: 'mac_address',
  44: 'phy_reference lcp_options ipcp_options ppp_authentication',
  45: 'apn pin_code quality_of_service',
  46: 'server_port user_name login_password server_address sender_address',
  47: 'operator status cs_attachment ps_status cell_info adjacent_cells capture_time',
  61: 'table_cell_values table_cell_definition scaler_unit',
  62: 'compact_buffer capture_objects template_id template_description capture_method',
  63: 'status_word mapping_table',
  64: 'security_policy security_suite client_system_title server_system_title certificates',
  70: 'output_state control_state control_mode',
  71: 'monitored_value threshold_active threshold_normal threshold_emergency min_over_threshold_duration min_under_threshold_duration emergency_profile emergency_profile_group_id_list emergency_profile_active actions',
  72: 'mbus_port_reference capture_definition capture_period primary_address identification_number manufacturer_id version device_type access_number status alarm configuration encryption_key_status',
};

/** The name of an attribute; undefined if the class or the attribute is not known here. */
export function attributeName(classId: number, attribute: number): string | undefined {
  return attribute === 1 ? 'logical_name' : ATTRIBUTES[classId]?.split(' ')[attribute - 2];
}

/** Number of attributes that a class has by the standard, the logical name among them; undefined for an unknown class. */
export function attributeCount(classId: number): number | undefined {
  const names = ATTRIBUTES[classId];
  return names === undefined ? undefined : names.split(' ').length + 1;
}

/** Attributes that hold a password or a PIN, by class. They are neither read nor shown. */
const SECRETS: Readonly<Record<number, readonly number[]>> = { 15: [7], 19: [7, 8, 9], 44: [5], 45: [3], 46: [4] };

export function isSecretAttribute(classId: number, attribute: number): boolean {
  return SECRETS[classId]?.includes(attribute) ?? false;
}
